"""The client of `POST /run`: the only place that knows what travels to a runtime and what comes back.

`post_run` makes one call and answers with a `RunReply`; whatever a runtime or the network between does, it is a value
and never an exception; `post_run_raw` adds the answer as it came, for a person. `fetch` is for what a runtime offers
beside `/run`, with the same care. All may be called from many threads: each keeps its own connections open. They know
neither Django nor the database, and they do not repeat a call: `retry_policy` says what to do with the reply.
"""

from experiments.run_client.answer import read_recorded
from experiments.run_client.client import NoAnswer, fetch, post_run, post_run_raw
from experiments.run_client.deadlines import AbortHandle, abort_all
from experiments.run_client.values import RawResponse, Reason, RunReply, RunTarget

__all__ = [
    "AbortHandle",
    "NoAnswer",
    "RawResponse",
    "Reason",
    "RunReply",
    "RunTarget",
    "abort_all",
    "fetch",
    "post_run",
    "post_run_raw",
    "read_recorded",
]
