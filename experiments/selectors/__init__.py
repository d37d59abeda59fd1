"""Reads: what the API and the pages show of queues, items and runs. They write nothing."""
