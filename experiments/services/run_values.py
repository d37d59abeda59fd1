"""What a `Run` keeps of a call, whoever made it: a worker, or our own `/run`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from experiments.core.cost import Prices, cost_of_run
from experiments.run_client import RunReply
from experiments.run_client.config_api import version_of
from experiments.services.networks import SCHEMA_KEYS

NO_PRICES = Prices()


def run_values(
    request: Mapping[str, Any], reply: RunReply, *, status: str, cost: Decimal | None = None
) -> dict[str, Any]:
    """The columns of the `Run` that come of the body of a request to `/run`, of the reply and of its `cost_of_reply`.

    The parts of a request that are the same for every row are left out: the queue keeps them once.
    """
    used = reply.tokens_used
    return {
        "agent_key": request.get("agent_key") or "",
        "status": status,
        "request": {key: value for key, value in request.items() if key not in SCHEMA_KEYS},
        "final": reply.final,
        "execution_log": reply.execution_log or reply.step_events,
        "debug": reply.debug,
        "usage": reply.usage,
        "duration_ms": reply.run_duration_ms if reply.run_duration_ms is not None else reply.elapsed_ms,
        "input_tokens": used.input,
        "output_tokens": used.output,
        "cost": cost,
        "version": version_of(reply.graph_version_id),
    }


def cost_of_reply(reply: RunReply, prices: Prices) -> Decimal | None:
    return cost_of_run(reply.cost, reply.tokens_used, reply.steps_used, prices)


COLUMNS = tuple(run_values({}, RunReply(), status=""))
"""Those that `run_values` gives; the others say which run it is, and whose."""
