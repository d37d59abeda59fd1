"""Client to any OpenAI-compatible chat completion endpoint: `POST {base_url}/chat/completions`, streamed if need be.

What is sent and read is the subset that hosted services, vLLM, Ollama and llama.cpp have in common
(https://platform.openai.com/docs/api-reference/chat). Where an endpoint refuses a part of it (structured output, a
temperature, the system role) or answers by streams only, the call is repeated in other words (`dialects`), and the
client remembers them for the model. `chat_completion` reads what comes back, `endpoint_errors` why nothing does.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, Protocol, TypedDict
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from experiments.core.choices import ErrorCode, ModelPart
from experiments.core.cost import money, money_of_text
from experiments.core.errors import WorkbenchError
from experiments.core.json_numbers import to_json
from experiments.core.json_text import beginning
from experiments.runtime.chat_completion import NO_COMPLETION, NoCompletion, SaidError, said_in
from experiments.runtime.dialects import (
    DEFAULT_MAX_TOKENS,
    Complaint,
    Dialect,
    Output,
    complaint,
    fitting,
    forces_nulls,
    has_object,
    is_ignored,
    is_unnamed,
    request_body,
    without,
)
from experiments.runtime.endpoint_errors import EndpointError, error_of_answer, explanation

CONNECT_TIMEOUT_S = 5.0
MAX_BODY_BYTES = 5_000_000
MAX_KEPT_BYTES = 10_000
"""Of a body that could not be read: more than its first characters take."""
SAID_CHARS = 4000
DIALECT_AGE_S = 6 * 60 * 60
"""After so long what an endpoint refused is tried again: it may have learned."""
MOST_KNOWN = 4096
"""Models with their schemas of which a client remembers something; more are learned again."""
SHORTEST_KEY = 8
SHORTEST_KEY_IN_ANSWER = 16
"""A shorter key is a word ("none", "EMPTY"), which an answer or a sentence rightly contains."""
WAITS = ("Retry-After", "retry-after-ms", "Date")
"""Headers that say how long to wait."""
COST_HEADER = "x-litellm-response-cost"
KEY_SETTING = "OPENAI_API_KEY, or the key of the network's endpoint"
MODEL_SETTING = "OPENAI_MODEL, the network's endpoint or the agent"


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


class Usage(TypedDict):
    prompt_tokens: int
    response_tokens: int
    total_tokens: int


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


class DialectStore(Protocol):
    """Where what was learned of an endpoint is kept for other processes, and for how long it counts.

    `schema` is "" for what holds whatever the schema is, else a digest of it.
    """

    def recall(self, endpoint: ChatEndpoint, model: str, schema: str) -> Dialect | None: ...

    def keep(self, endpoint: ChatEndpoint, model: str, schema: str, dialect: Dialect) -> None: ...


class ChatClient:
    """Calls one endpoint; for any number of threads, each with a connection of its own that is kept open."""

    def __init__(self, endpoint: ChatEndpoint, store: DialectStore | None = None) -> None:
        self._endpoint = endpoint
        self._url = completions_url(endpoint.base_url)
        self._where = urlsplit(endpoint.base_url).netloc.rpartition("@")[2] or endpoint.base_url
        self._threads = threading.local()
        self._store = store
        self._first = Dialect(output=endpoint.output)
        self._known: dict[tuple[str, str], tuple[Dialect | None, float]] = {}
        self._unhelped: dict[str, float] = {}

    def complete(self, chat: Chat) -> Completion:
        """The model's answer to `chat`. Raises `ModelRefused` where asking again is no use, else `ModelError`."""
        schema = "" if chat.schema is None else sha256(to_json(chat.schema).encode()).hexdigest()
        common, dialect = self._dialects(chat.model, schema)
        has_looked_again = False
        unnamed: ModelError | None = None
        ignored: Completion | None = None
        deadline = time.monotonic() + self._endpoint.timeout_s
        while True:
            sent = fitting(dialect, chat)
            try:
                completion = self._post(request_body(chat, sent, self._endpoint.string_limit), deadline)
            except PromptFiltered:
                raise
            except ModelError as refusal:
                status, own_limit = refusal.endpoint_status or 0, chat.max_tokens != DEFAULT_MAX_TOKENS
                named = complaint(sent, refusal.said, status=status, model=chat.model, own_limit=own_limit)
                if named is None and not (
                    self._may_guess(chat.model) and is_unnamed(refusal.said, status=status, model=chat.model)
                ):
                    if unnamed is None:
                        raise
                    raise unnamed from refusal
                if not has_looked_again:
                    # Another thread or process may have been told the same in the meantime.
                    has_looked_again, before = True, dialect
                    common, dialect = self._dialects(chat.model, schema, afresh=True)
                    if dialect != before:
                        continue
                part = named or Complaint("output")
                unnamed = unnamed or (None if named else refusal)
                less = without(sent, part)
                if less is None:
                    self._unhelped[chat.model] = time.monotonic()
                    if unnamed is None:
                        raise
                    raise unnamed from refusal
                dialect = less
                if not part.of_schema:
                    common = without(common, part) or common
                if not schema:
                    dialect = common
            else:
                completion = replace(
                    completion,
                    nulls_forced=forces_nulls(chat, sent),
                    limit=chat.max_tokens if sent.limit else None,
                    **_and_before(completion, ignored),
                )
                may_be_ignored = ignored is None and completion.is_whole and self._may_guess(chat.model)
                if may_be_ignored and is_ignored(sent, completion.text):
                    ignored, common = completion, replace(common, output="tools")
                    dialect = replace(dialect, output="tools")
                elif ignored is not None and not has_object(completion.text):
                    self._unhelped[chat.model] = time.monotonic()
                    return completion
                else:
                    self._learn(chat.model, "", common)
                    if dialect != common:
                        self._learn(chat.model, schema, dialect)
                    return completion

    def _dialects(self, model: str, schema: str, *, afresh: bool = False) -> tuple[Dialect, Dialect]:
        """What is known of a model, whatever the schema is, and with this one."""
        common = self._recalled(model, "", afresh) or self._first
        return common, (self._recalled(model, schema, afresh) if schema else None) or common

    def _recalled(self, model: str, schema: str, afresh: bool) -> Dialect | None:
        known, at = self._known.get((model, schema), (None, 0.0))
        if at and time.monotonic() - at > DIALECT_AGE_S:
            known, at = None, 0.0
        if self._store is not None and (not at or afresh):
            known = self._store.recall(self._endpoint, model, schema) or known
            self._known[model, schema] = known, time.monotonic()
        return known

    def _learn(self, model: str, schema: str, dialect: Dialect) -> None:
        known, at = self._known.get((model, schema), (None, 0.0))
        if at and known == dialect:
            return
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known[model, schema] = dialect, time.monotonic()
        if self._store is not None and dialect != (known or self._first):
            self._store.keep(self._endpoint, model, schema, dialect)

    def _may_guess(self, model: str) -> bool:
        """Whether an unnamed refusal may mean a part of the request: not where this model has answered before, or where
        no other words helped."""
        known, _ = self._known.get((model, ""), (None, 0.0))
        return known is None and time.monotonic() - self._unhelped.get(model, -DIALECT_AGE_S) >= DIALECT_AGE_S

    def _post(self, body: Mapping[str, Any], deadline: float) -> Completion:
        started = time.monotonic()
        patience = max(deadline - started, 0.001)
        try:
            with self._session().post(
                self._url,
                data=to_json(body, ensure_ascii=True).encode(),
                headers={"Content-Type": "application/json"},
                timeout=(CONNECT_TIMEOUT_S, patience),
                stream=True,
                allow_redirects=False,
            ) as response:
                content = _read(response, deadline)
        except requests.ConnectTimeout as error:
            detail = f"The model at {self._where} could not be reached in time."
            raise ModelError(detail, model_part=ModelPart.ADDRESS) from error
        except (requests.Timeout, ReadTimeoutError, TimeoutError) as error:
            wait = f"{self._endpoint.timeout_s:g} s"
            raise ModelError(f"The model at {self._where} did not answer within {wait}.") from error
        except (requests.RequestException, HTTPError, ValueError) as error:
            detail = f"The model at {self._where} could not be reached: {_reason(error)}."
            raise ModelError(detail, model_part=ModelPart.ADDRESS if _never_reached(error) else None) from error
        duration_ms = round((time.monotonic() - started) * 1000)
        return self._completion(response, content, duration_ms, model=str(body["model"]))

    def _completion(self, response: requests.Response, content: bytes, duration_ms: int, *, model: str) -> Completion:
        status = response.status_code
        if status != 200:
            said_whole = content.decode("utf-8", "replace")[:SAID_CHARS]
            raise self._failure(error_of_answer(status, content), response, model, said_whole)
        try:
            said = said_in(content, response.headers.get("Content-Type", ""))
            usage = _usage(said.usage)
        except SaidError as inside:
            raise self._failure(inside.error, response, model, inside.error.words) from inside
        except (NoCompletion, ValueError, TypeError) as error:
            what, words = (str(error), error.words) if isinstance(error, NoCompletion) else (NO_COMPLETION, "")
            message = f"The model at {self._where} sent {what}: {words or explanation(content)}"
            kept = beginning(self._hidden(content[:MAX_KEPT_BYTES].decode("utf-8", "replace")))
            raise ModelError(self._hidden(message), endpoint_status=status, unread=kept) from error
        return Completion(
            self._in_answer(said.text),
            usage,
            said.model,
            duration_ms,
            cut=said.cut,
            filtered=said.filtered,
            refusal=self._in_answer(said.refusal) if said.refused else None,
            thoughts=self._in_answer(said.thoughts),
            cost=_cost(said.usage, response.headers),
        )

    def _failure(self, error: EndpointError, response: requests.Response, model: str, said_whole: str) -> ModelError:
        where, said = self._where, f"{error.in_short}: {error.words}" if error.in_short else error.words
        if error.part == ModelPart.KEY:
            did = "refused its key" if self._endpoint.api_key else "wants a key and got none"
            detail = f"The model at {where} {did} ({KEY_SETTING}): {said}"
        elif error.part == ModelPart.MODEL:
            detail = f"The model endpoint at {where} does not have the model “{model}” ({MODEL_SETTING}): {said}"
        else:
            verb = "answered" if error.in_short else "sent an error:"
            detail = f"The model at {where} {verb} {said}"
        refused = PromptFiltered if error.flagged else ModelRefused
        kind = refused if error.is_refusal else ModelError
        return kind(
            self._hidden(detail),
            endpoint_status=error.status or response.status_code,
            endpoint_code=error.code,
            waits=response.headers,
            model_part=error.part,
            said=said_whole,
        )

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = requests.Session()
            # A proxy of the environment cannot reach this machine's own addresses.
            session.trust_env = urlsplit(self._url).hostname not in {"127.0.0.1", "localhost", "::1"}
            session.auth = _bearer(self._endpoint.api_key)
            session.headers.update(dict(self._endpoint.headers))
            self._threads.session = session
        return session

    def _in_answer(self, text: str) -> str:
        return self._hidden(text, SHORTEST_KEY_IN_ANSWER)

    def _hidden(self, text: str, shortest: int = SHORTEST_KEY) -> str:
        """Without the credentials that are long enough to be some."""
        for secret in (self._endpoint.api_key or "", *(value for _, value in self._endpoint.headers)):
            text = text.replace(secret, "…") if len(secret) >= shortest else text
        return text


@lru_cache(maxsize=256)
def chat_client(endpoint: ChatEndpoint, store: DialectStore | None = None) -> ChatClient:
    """The one client of this process for `endpoint`, so that its connections and what it learned are kept."""
    return ChatClient(endpoint, store)


def completions_url(base_url: str) -> str:
    """Where a chat is sent: the path behind that of `base_url`, its query behind both.

    >>> completions_url("https://me.example/openai/deployments/d?api-version=2024-10-21")
    'https://me.example/openai/deployments/d/chat/completions?api-version=2024-10-21'
    """
    address, sign, query = base_url.partition("?")
    return address.rstrip("/").removesuffix("/chat/completions") + "/chat/completions" + sign + query


def _bearer(api_key: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    # As an auth hook: requests puts an entry of ~/.netrc in the place of a plain Authorization header.
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if api_key:
            request.headers["Authorization"] = f"Bearer {api_key}"
        return request

    return sign


def _read(response: requests.Response, deadline: float) -> bytes:
    """The body; `timeout` of requests counts from byte to byte only, so the clock is looked at between the pieces."""
    body = bytearray()
    while piece := response.raw.read1(65_536, decode_content=True):
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise ValueError(f"its answer is longer than {MAX_BODY_BYTES:,} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


def _and_before(completion: Completion, ignored: Completion | None) -> dict[str, Any]:
    """What a completion took together with the one that was asked for before it, to no use."""
    if ignored is None:
        return {}
    both = [completion, ignored]
    cost = None if completion.cost is None or ignored.cost is None else completion.cost + ignored.cost
    return {"usage": total_usage(both), "cost": cost, "duration_ms": sum(one.duration_ms for one in both)}


def _usage(reported: Mapping[str, Any]) -> Usage:
    prompt, response = int(reported.get("prompt_tokens") or 0), int(reported.get("completion_tokens") or 0)
    total = int(reported.get("total_tokens") or prompt + response)
    return {"prompt_tokens": prompt, "response_tokens": response, "total_tokens": total}


def _cost(usage: Mapping[str, Any], headers: Mapping[str, str]) -> Decimal | None:
    """What the provider says: `usage.cost` (https://openrouter.ai/docs/use-cases/usage-accounting), or the header of
    LiteLLM's proxy (https://docs.litellm.ai/docs/proxy/response_headers)."""
    cost = money(usage.get("cost"))
    return money_of_text(headers.get(COST_HEADER)) if cost is None else cost


def _never_reached(error: Exception) -> bool:
    """Whether nothing was sent: no such host, no connection, or none that is trusted."""
    if isinstance(error, requests.exceptions.SSLError | requests.exceptions.InvalidURL):
        return True
    causes = error.args[:1] if isinstance(error, requests.ConnectionError) else ()
    return any(isinstance(getattr(cause, "reason", None), NewConnectionError) for cause in causes)


def _reason(error: Exception) -> str:
    """Only the last cause: the outer messages of requests repeat the address, credentials included."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not accepted"
    if isinstance(error, requests.ConnectionError):
        return "no connection, or it broke off"
    if isinstance(error, requests.RequestException):
        return type(error).__name__
    return str(error) if type(error) is ValueError else "it broke off in the middle of its answer"
