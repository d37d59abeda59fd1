"""Map inputs: what each column is for."""
