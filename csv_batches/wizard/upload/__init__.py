"""Upload: a file becomes a draft."""
