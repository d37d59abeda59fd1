"""What the pages of experiments show, as values, and what they take from forms."""
