"""The client of `POST /run`: the only place that knows what travels to a runtime and what comes back.

`post_run` makes one call and answers with a `RunReply`; whatever a runtime or the network between does, it is a value
and never an exception; `post_run_raw` adds the raw HTTP answer, for a person. `fetch` is for what a runtime offers
beside `/run`, with the same care. All may be called from many threads: each keeps its own connections open. They know
neither Django nor the database, and they do not repeat a call. `retry_policy` has the table of statuses and says what
to do with a reply; `config_api` are the other calls of a runtime.
"""

from experiments.run_client.allowance import Allowance, Left
from experiments.run_client.answer import read_recorded
from experiments.run_client.client import NoAnswer, fetch, post_run, post_run_raw
from experiments.run_client.deadlines import AbortHandle
from experiments.run_client.held_bytes import HeldBytes
from experiments.run_client.values import FailureReason, RawResponse, RunReply, RunTarget

__all__ = [
    "AbortHandle",
    "Allowance",
    "FailureReason",
    "HeldBytes",
    "Left",
    "NoAnswer",
    "RawResponse",
    "RunReply",
    "RunTarget",
    "fetch",
    "post_run",
    "post_run_raw",
    "read_recorded",
]
