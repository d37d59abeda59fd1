"""What goes into a call and what comes out of it."""

from dataclasses import dataclass, field
from typing import Any, Literal

DEFAULT_MAX_BODY_BYTES = 5 * 1024 * 1024
LARGEST_COUNT = 2**31 - 1

# Why there was no usable answer; None on a reply whose HTTP status says it all.
Reason = Literal[
    "address",  # the URL is not one that can be called
    "credentials",  # the authorization cannot be written as a header
    "dns",
    "tls",
    "connect",  # refused, unreachable, or no connection in time
    "dropped",  # the line broke, or was closed without an answer
    "garbled",  # bytes came that are not HTTP, or a body that cannot be read
    "deadline",  # the total time was over
    "version",  # a whole answer, of another version of the network than the one that was asked
    "aborted",  # this side gave up on purpose: nothing can be said about the runtime
]


@dataclass(frozen=True, slots=True)
class RunTarget:
    """Where to call, as whom, and within which limits.

    `url` is the whole address, `authorization` the whole header value (`Bearer …`), `timeout_s` the seconds from the
    start of the call to the last byte of the answer, `transient_400` whether a 400 is worth another attempt.
    """

    url: str
    authorization: str | None = field(repr=False)
    timeout_s: float
    transient_400: bool = False
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES


@dataclass(frozen=True, slots=True)
class RunReply:
    """What one call came to.

    `error_code` is None where the run succeeded; `payload` has then still to be checked against the schema. `message`
    is a sentence for the person who looks at the row. `transient` says that the same call may succeed later. Everything
    but `payload` is cleaned, so that it can be stored as jsonb: no NUL, no lone surrogate, no NaN or infinity.
    `trace_id` is None where the runtime sent none that can be used. `elapsed_ms` is measured here, `run_duration_ms`
    is what the runtime says.
    """

    error_code: str | None = None
    message: str = ""
    http_status: int | None = None
    transient: bool = False
    reason: Reason | None = None
    retry_after_s: float | None = None
    payload: dict[str, Any] | None = None
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

    @property
    def tokens(self) -> int:
        """All tokens of the run: the total, or the sum of its parts where no total was sent; 0 where neither is."""
        total = count(self.usage.get("total_tokens"))
        if total is not None:
            return total
        parts = (self.usage.get(name) for name in ("prompt_tokens", "response_tokens", "completion_tokens"))
        return min(LARGEST_COUNT, sum(count(part) or 0 for part in parts))


@dataclass(frozen=True, slots=True)
class RawResponse:
    """An HTTP answer for a person to look at, without the credential. `is_cut`: it went on past the cap.

    `body` is its text as UTF-8, what is none replaced; `body_bytes` counts what was received, unpacked.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    body_bytes: int
    is_cut: bool


def count(value: object) -> int | None:
    """A number from a remote as a count that an integer column takes, or None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_COUNT:
        return None
    return int(value)
