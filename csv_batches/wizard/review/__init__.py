"""Review: what will be sent where, some rows tried, and the start."""
