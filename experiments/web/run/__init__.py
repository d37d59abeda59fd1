"""The pages of runs: the list, one run with its trace."""
