"""The builder of a response schema: its rows as a form sends them, what their buttons do, and what the page shows."""
