"""The API of the kind *experiment*, beyond that of every queue."""
