"""The client of `POST /run`: the only place that knows what travels to a runtime and what comes back.

`post_run` makes one call and answers with a `RunReply`; whatever a runtime or the network between does, it is a value
and never an exception; `post_run_seen` adds the answer as it came, for a person. It may be called from many threads:
each keeps its own connections open. It knows neither Django nor the database, and it does not repeat a call:
`experiments.retry` says what to do with the reply.
"""

from .client import post_run, post_run_seen
from .values import Reason, RunReply, RunTarget, Seen
from .watchdog import AbortHandle, abort_all

__all__ = ["AbortHandle", "Reason", "RunReply", "RunTarget", "Seen", "abort_all", "post_run", "post_run_seen"]
