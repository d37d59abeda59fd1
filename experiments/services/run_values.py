"""What a `Run` keeps of a call, whoever made it: a worker, or our own `/run`."""

from collections.abc import Mapping
from typing import Any

from experiments.run_client import RunReply
from experiments.services.networks import SCHEMA_KEYS


def run_values(request: Mapping[str, Any], reply: RunReply, *, status: str) -> dict[str, Any]:
    """The columns of the `Run` that come of the body of a request to `/run` and of the reply.

    The parts of a request that are the same for every row are left out: the queue keeps them once.
    """
    return {
        "agent_key": request.get("agent_key") or "",
        "status": status,
        "request": {key: value for key, value in request.items() if key not in SCHEMA_KEYS},
        "final": reply.final,
        "execution_log": reply.execution_log or reply.step_events,
        "debug": reply.debug,
        "usage": reply.usage,
        "duration_ms": reply.run_duration_ms if reply.run_duration_ms is not None else reply.elapsed_ms,
    }


COLUMNS = tuple(run_values({}, RunReply(), status=""))
"""Those that `run_values` gives; the others say which run it is, and whose."""
