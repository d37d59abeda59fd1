"""The processes that work through queues: claim rows, call `/run`, record what came back."""
