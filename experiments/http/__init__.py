"""What every request has in common, before a page or the API answers it."""
