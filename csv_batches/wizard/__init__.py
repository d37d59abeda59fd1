"""The wizard, a folder a step: its views, the values its page shows, its forms."""
