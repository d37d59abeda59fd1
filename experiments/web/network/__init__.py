"""The pages of networks, and of single calls of them."""
