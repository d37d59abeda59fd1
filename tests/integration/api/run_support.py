"""Calls of our own `/run`."""

from typing import Any

from tests.support.api import Api


def run(api: Api, body: Any, want: int = 200) -> Any:
    """The reply; an error must have our own shape and, in words, what clients of runtimes read."""
    response = api.client.post("/run", body, format="json")
    return checked(response, want)


def checked(response: Any, want: int) -> Any:
    assert response.status_code == want, response.content[:500]
    assert response["Content-Type"] == "application/json"
    reply = response.json()
    if want != 200:
        # Of a model that failed: where, the beginning of what could not be read, and what it was paid before.
        beside = {"cause", "unread", "llm_usage_totals", "cost"} if want in (402, 429, 502, 503) else set()
        assert set(reply) - beside == {"type", "errors", "detail"}
        assert isinstance(reply["detail"], str)
        assert reply["detail"]
    return reply
