"""What the pages take from an address or a form."""
