"""What the code uses of a library beyond its documentation, a file for each library.

An upgrade that changes such a thing fails here, with the file that leans on it, and not in production.
"""
