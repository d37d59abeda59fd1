"""Pages of a batch: all addresses, the wizard's among them, and what a finished batch offers."""
