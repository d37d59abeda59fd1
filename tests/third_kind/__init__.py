"""A kind of queue that the host has never heard of: questions that are sent as they are."""
