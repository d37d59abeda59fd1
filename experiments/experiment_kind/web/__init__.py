"""The pages of the kind *experiment*, beyond those of every queue."""
