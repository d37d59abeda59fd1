"""The list of queues: which there are, what is done with one or some of them."""
