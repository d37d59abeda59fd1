"""Response schema: the fields of an answer."""
