"""What goes into a call and what comes out of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from experiments.core.choices import RowError
from experiments.run_client.held_bytes import HeldBytes

DEFAULT_MAX_BODY_BYTES = 5 * 1024 * 1024
LARGEST_COUNT = 2**31 - 1


class FailureReason(StrEnum):
    """Why there was no usable answer."""

    ADDRESS = "address"  # the URL is not one that can be called
    CREDENTIALS = "credentials"  # the authorization cannot be written as a header
    DNS = "dns"
    TLS = "tls"
    CONNECT = "connect"  # refused, unreachable, or no connection in time
    DROPPED = "dropped"  # the connection broke, or was closed without an answer
    GARBLED = "garbled"  # bytes came that are not HTTP, or a body that cannot be read
    DEADLINE = "deadline"  # the total time was over
    KEY = "key"  # the runtime's model refuses the runtime's key
    MODEL = "model"  # the runtime's model endpoint does not have that model
    ENDPOINT = "endpoint"  # the runtime cannot reach its model
    VERSION = "version"  # a whole answer, of another version of the network than the one that was asked
    ABORTED = "aborted"  # this side gave up on purpose: nothing can be said about the runtime


@dataclass(frozen=True, slots=True)
class RunTarget:
    """Where to call, as whom, and within which limits.

    `url` is the whole address, `authorization` the whole header value (`Bearer …`), `timeout_s` the seconds from the
    start of the call to the last byte of the answer, `transient_400` whether a 400 is worth another attempt. `is_own`:
    it is our own runtime, which says more of a run without an answer than others do.
    """

    url: str
    authorization: str | None = field(repr=False)
    timeout_s: float
    transient_400: bool = False
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class RunReply:
    """The result of one call.

    `error_code` is None where the run succeeded; `payload` has then still to be checked against the schema. `message`
    is a sentence for the person who looks at the row. `transient` says that the same call may succeed later. `reason`
    is None where the HTTP status says it all. Everything but `payload` is cleaned, so that it can be stored as jsonb:
    no NUL, no lone surrogate, no NaN or infinity. `trace_id` is None where the runtime sent none that can be used.
    `elapsed_ms` is measured here, `run_duration_ms` is what the runtime says. `held`: of a large answer, the memory
    that it takes from others; whoever has stored it calls `held.release()`. `unread` is the beginning of what could not
    be read: of the answer, or of what a model wrote. `changes`: how the payload differs from the one that came.
    """

    error_code: RowError | None = None
    message: str = ""
    http_status: int | None = None
    transient: bool = False
    reason: FailureReason | None = None
    retry_after_s: float | None = None
    unread: str = ""
    payload: dict[str, Any] | None = None
    changes: list[Any] = field(default_factory=list)
    trace_id: str | None = None
    final: dict[str, Any] = field(default_factory=dict)
    execution_log: list[Any] = field(default_factory=list)
    step_events: list[Any] = field(default_factory=list)
    debug: Any = None
    usage: dict[str, Any] = field(default_factory=dict)
    model: str | None = None
    graph_version_id: str | None = None
    run_duration_ms: int | None = None
    elapsed_ms: int = 0
    held: HeldBytes | None = field(default=None, repr=False, compare=False)

    @property
    def tokens(self) -> int:
        """Tokens of the run: the total, or the sum of its parts where no total came; 0 where neither did."""
        total = count(self.usage.get("total_tokens"))
        if total is not None:
            return total
        parts = (self.usage.get(name) for name in ("prompt_tokens", "response_tokens", "completion_tokens"))
        return min(LARGEST_COUNT, sum(count(part) or 0 for part in parts))


@dataclass(frozen=True, slots=True)
class RawResponse:
    """An HTTP answer for a person to look at, without the credential.

    `body` is its text, with U+FFFD for what is not UTF-8; `body_bytes` counts what was received, unpacked. `is_cut`:
    the body went on past `max_body_bytes`.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    body_bytes: int
    is_cut: bool


def count(value: object) -> int | None:
    """A number from a remote as a count that fits into an integer column; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_COUNT:
        return None
    return int(value)
