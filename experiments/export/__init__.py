"""Rows out: the formats of an export, pure, and its way through HTTP."""
