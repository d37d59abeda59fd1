"""What the pages show, as values that are ready to print."""
