"""Batches over endpoints that nobody here wrote: a real LiteLLM proxy, and the embedded model with each way of asking.

uv run --group litellm pytest tests/endpoints -m "not slow"
uv run --group litellm pytest tests/endpoints -m slow -rP        the embedded model, 60 rows each, 5 to 20 minutes
"""
