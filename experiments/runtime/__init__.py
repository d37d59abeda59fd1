"""Our own `/run`: the agent loop, a client for OpenAI-compatible endpoints, the embedded model."""
