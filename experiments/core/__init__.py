"""What every room may use: errors, choices, texts and limits. Imports nothing of the project."""
