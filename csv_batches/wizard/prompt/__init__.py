"""Define prompt: the template, beside the message that a row becomes."""
