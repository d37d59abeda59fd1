"""A chat with a model: what is asked, where, and what comes back. Values only; `chat_client` makes the call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypedDict, get_args

from experiments.core.choices import ErrorCode, ModelPart
from experiments.core.errors import WorkbenchError

Output = Literal["strict", "json_schema", "json_object", "tools", "prompt"]
OUTPUTS: tuple[Output, ...] = get_args(Output)
"""How an endpoint is made to follow a schema, from the surest way down; `prompt`: only by asking for it."""
DEFAULT_MAX_TOKENS = 2048
WAITS = ("Retry-After", "retry-after-ms", "Date")
"""Headers that say how long to wait."""


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


class Usage(TypedDict):
    prompt_tokens: int
    response_tokens: int
    total_tokens: int


@dataclass(frozen=True)
class ChatEndpoint:
    """Where the model is. `base_url` ends before `/chat/completions` (`http://127.0.0.1:8080/v1`); it may have a query,
    which is kept behind that path. `headers` (name and value) go with each request; they may hold credentials.

    `output` is the way of structured output to begin with. `string_limit` (characters) bounds every string of a schema
    that has no bound of its own, where it may have one: a small model otherwise writes until its tokens are spent.
    `timeout_s` is for the whole answer.
    """

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 100.0
    string_limit: int | None = 2000
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    output: Output = "strict"


@dataclass(frozen=True)
class Chat:
    """One request. `schema` is the JSON Schema the answer should follow, None for free text; `guidance` the part of the
    system message that tells its shape in words."""

    messages: tuple[Message, ...]
    model: str
    schema: Mapping[str, Any] | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    temperature: float = 0.0
    guidance: str = ""


@dataclass(frozen=True)
class Completion:
    """`text` as the model wrote it; `duration_ms` of the HTTP call.

    `cut`: it stopped at a limit of tokens; `limit` is the one that was asked for, None where none was. `filtered`: a
    content filter stopped it. `refusal`: why the model refused to answer, "" without words; None where it did not.
    `thoughts` came beside the text. `nulls_forced`: it was asked to write null for what the caller's schema lets be
    absent.
    `cost`: as the provider says, None where it does not.
    """

    text: str
    usage: Usage
    model: str
    duration_ms: int
    cut: bool = False
    limit: int | None = None
    filtered: bool = False
    refusal: str | None = None
    thoughts: str = ""
    nulls_forced: bool = False
    cost: Decimal | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the model wrote all that it wanted."""
        return not (self.cut or self.filtered or self.refusal is not None)


def total_usage(completions: list[Completion]) -> Usage:
    used = [completion.usage for completion in completions]
    return {
        "prompt_tokens": sum(usage["prompt_tokens"] for usage in used),
        "response_tokens": sum(usage["response_tokens"] for usage in used),
        "total_tokens": sum(usage["total_tokens"] for usage in used),
    }


def total_cost(completions: list[Completion]) -> float | None:
    """What all of them cost; None where one that used tokens did not say, or none did."""
    costs = [one.cost for one in completions if one.cost is not None or one.usage["total_tokens"]]
    known = [cost for cost in costs if cost is not None]
    return float(sum(known)) if known and len(known) == len(costs) else None


class ModelError(WorkbenchError):
    """The model gave no answer. `detail` is a sentence for people, without credentials.

    `endpoint_status` is what the endpoint answered, where it did, `endpoint_code` its own word for that; `waits` are
    its headers that say how long to wait, as they came. `model_part`: what every call would fail for. `unread` is the
    beginning of what it sent, where that could not be read; `said` that of its refusal, for the client alone.

    `status` is that of our own answer: 429 and 402 are passed on, and 503 where the endpoint says how long it will be
    away. All else is a 502: a 401 would be about the caller's credential, not about ours.
    """

    status = 502

    def __init__(
        self,
        detail: str,
        *,
        code: str = ErrorCode.MODEL_ERROR,
        endpoint_status: int | None = None,
        endpoint_code: str = "",
        waits: Mapping[str, str] | None = None,
        model_part: ModelPart | None = None,
        unread: str = "",
        said: str = "",
    ) -> None:
        super().__init__(detail, code=code, extra={"unread": unread} if unread else None)
        self.said = said
        self.endpoint_status = endpoint_status
        self.endpoint_code = endpoint_code
        self.waits = {name: waits[name] for name in WAITS if waits and name in waits}
        self.model_part = model_part
        if endpoint_status in (402, 429):
            self.status = endpoint_status
        elif (endpoint_status or 0) >= 500 and self.waits.keys() - {"Date"}:
            self.status = 503


class ModelRefused(ModelError):
    """The endpoint refuses this request, however often it is sent (too long for the model, for example)."""


class PromptFiltered(ModelRefused):
    """A content filter of the endpoint lets the message not pass."""
