"""What goes into a call and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from experiments.core.choices import RowError
from experiments.core.cost import StepUse, Tokens, money
from experiments.core.json_numbers import is_number
from experiments.run_client.allowance import Allowance
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
    `elapsed_ms` is measured here, `run_duration_ms` and `cost` are what the runtime says. `held`: of a large answer,
    the memory that it takes from others; whoever has stored it calls `held.release()`. `unread` is the beginning of
    what could not be read: of the answer, or of what a model wrote. `changes`: how the payload differs from the one
    that came. `quota`: it was refused until somebody pays or raises a limit;
    `allowance`: what the headers say is left.
    """

    error_code: RowError | None = None
    message: str = ""
    http_status: int | None = None
    transient: bool = False
    reason: FailureReason | None = None
    retry_after_s: float | None = None
    unread: str = ""
    quota: bool = False
    allowance: Allowance | None = field(default=None, repr=False, compare=False)
    payload: dict[str, Any] | None = None
    changes: list[Any] = field(default_factory=list)
    trace_id: str | None = None
    final: dict[str, Any] = field(default_factory=dict)
    execution_log: list[Any] = field(default_factory=list)
    step_events: list[Any] = field(default_factory=list)
    debug: Any = None
    usage: dict[str, Any] = field(default_factory=dict)
    cost: Decimal | None = None
    model: str | None = None
    graph_version_id: str | None = None
    run_duration_ms: int | None = None
    elapsed_ms: int = 0
    held: HeldBytes | None = field(default=None, repr=False, compare=False)

    @property
    def tokens(self) -> int:
        """Tokens of the run: the total, or the sum of its parts where no total came; 0 where neither did."""
        used = self.tokens_used
        if used.total is not None:
            return used.total
        return min(LARGEST_COUNT, (used.input or 0) + (used.output or 0))

    @property
    def tokens_used(self) -> Tokens:
        return tokens_of(self.usage)

    @property
    def steps_used(self) -> list[StepUse]:
        """What the steps of its log say that they used; steps that say nothing about it are left out."""
        steps = (step for step in self.execution_log if isinstance(step, dict))
        used = [(step, step.get("llm_usage")) for step in steps]
        return [
            StepUse(str(step.get("agent_key") or ""), tokens_of(usage), own_cost(step))
            for step, usage in used
            if isinstance(usage, dict)
        ]


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
    if not is_number(value) or not 0 <= value <= LARGEST_COUNT:
        return None
    return int(value)


def tokens_of(usage: Mapping[str, Any]) -> Tokens:
    """Of what runtimes and providers call usage: OpenAI's names, Anthropic's, and ours.

    Where a total came and one of its parts, the other part is the rest.
    """
    sent = _first_count(usage, "prompt_tokens", "input_tokens")
    received = _first_count(usage, "response_tokens", "completion_tokens", "output_tokens")
    total = count(usage.get("total_tokens"))
    if total is not None and sent is not None and received is None and total >= sent:
        received = total - sent
    elif total is not None and received is not None and sent is None and total >= received:
        sent = total - received
    return Tokens(sent, received, total)


def _first_count(usage: Mapping[str, Any], *names: str) -> int | None:
    return next((number for name in names if (number := count(usage.get(name))) is not None), None)


USAGES = ("llm_usage_totals", "usage", "llm_usage")


def own_cost(record: Mapping[str, Any]) -> Decimal | None:
    """What a runtime says that a run, or a step, cost: its `cost`, or that of its usage, as OpenRouter writes it."""
    usages = [usage for name in USAGES if isinstance(usage := record.get(name), dict)]
    costs = (money(one.get("cost")) for one in (record, *usages))
    return next((cost for cost in costs if cost is not None), None)
