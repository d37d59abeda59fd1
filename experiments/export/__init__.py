"""Exports: the file formats, without Django, and the HTTP response."""
