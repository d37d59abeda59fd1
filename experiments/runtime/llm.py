"""Client to any OpenAI-compatible chat completion endpoint: `POST {base_url}/chat/completions`, streamed if need be.

What is sent and read is the subset that hosted services, vLLM, Ollama and llama.cpp have in common
(https://platform.openai.com/docs/api-reference/chat). Where an endpoint refuses an optional part of it (structured
output, a temperature, a limit of tokens) or answers by streams only, the call is repeated so, and the client remembers
that for the model. `chat_completion` reads what comes back.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, TypedDict
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from experiments.core.choices import ErrorCode, ModelPart
from experiments.core.errors import WorkbenchError
from experiments.core.json_text import beginning
from experiments.runtime.chat_completion import NO_COMPLETION, NoCompletion, SaidError, said_in
from experiments.runtime.endpoint_errors import EndpointError, error_of_answer, explanation

CONNECT_TIMEOUT_S = 5.0
MAX_BODY_BYTES = 5_000_000
MAX_KEPT_BYTES = 10_000
"""Of a body that could not be read: more than its first characters take."""
SHORTEST_KEY_IN_TEXT = 16
WAITS = ("Retry-After", "retry-after-ms", "Date")
"""Headers that say how long to wait."""
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
    beginning of what it sent, where that could not be read.

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
    ) -> None:
        super().__init__(detail, code=code, extra={"unread": unread} if unread else None)
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
    """Where the model is. `base_url` ends before `/chat/completions` (`http://127.0.0.1:8080/v1`).

    `string_limit` (characters) bounds every string of the schema sent to the model that has no bound of its own:
    a small model otherwise writes until its tokens are spent. `timeout_s` is for the whole answer.
    """

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 100.0
    string_limit: int | None = 2000


@dataclass(frozen=True)
class Chat:
    """One request. `schema` is the JSON Schema the answer should follow, None for free text."""

    messages: tuple[Message, ...]
    model: str
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 2048
    temperature: float = 0.0


@dataclass(frozen=True)
class Completion:
    """`text` as the model wrote it; `duration_ms` of the HTTP call.

    `cut`: it stopped at a limit of tokens; `limit` is the one that was asked for, None where none was. `filtered`: a
    content filter stopped it. `refusal`: why the model refused to answer, "" without words; None where it did not.
    `thoughts` came beside the text.
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


@dataclass(frozen=True)
class Dialect:
    """What an endpoint understands: `output` is how it is made to follow a schema (`prompt`: only by asking for it)."""

    output: Literal["json_schema", "json_object", "prompt"] = "json_schema"
    string_limit: bool = True
    temperature: bool = True
    max_tokens: bool = True
    stream: bool = False
    stream_usage: bool = True


def narrower(dialect: Dialect, detail: str) -> Dialect | None:
    """The dialect without the part that the refusal `detail` complains of; None where it names nothing to leave out.

    >>> narrower(Dialect(), "response_format is not supported").output
    'json_object'
    """
    detail = detail.lower()
    if dialect.string_limit and "maxlength" in detail:
        return replace(dialect, string_limit=False)
    if any(word in detail for word in ("response_format", "json_schema", "json_object")):
        if dialect.output == "json_schema":
            return replace(dialect, output="json_object")
        return replace(dialect, output="prompt") if dialect.output == "json_object" else None
    if dialect.temperature and "temperature" in detail:
        return replace(dialect, temperature=False)
    if dialect.max_tokens and "max_tokens" in detail:
        return replace(dialect, max_tokens=False)
    if dialect.stream and dialect.stream_usage and "stream_options" in detail:
        return replace(dialect, stream_usage=False)
    return replace(dialect, stream=True) if not dialect.stream and "stream" in detail else None


def total_usage(completions: list[Completion]) -> Usage:
    used = [completion.usage for completion in completions]
    return {
        "prompt_tokens": sum(usage["prompt_tokens"] for usage in used),
        "response_tokens": sum(usage["response_tokens"] for usage in used),
        "total_tokens": sum(usage["total_tokens"] for usage in used),
    }


def with_string_limit(schema: Any, limit: int) -> Any:
    """A copy of a JSON Schema in which each string without a bound of its own has `maxLength: limit`."""
    if isinstance(schema, list):
        return [with_string_limit(part, limit) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in {"properties", "$defs"} and isinstance(value, Mapping):
            copy[key] = {name: with_string_limit(part, limit) for name, part in value.items()}
        else:
            copy[key] = with_string_limit(value, limit) if key in {"items", "anyOf", "oneOf", "allOf"} else value
    types = schema.get("type")
    is_text = types == "string" or (isinstance(types, list) and "string" in types)
    if is_text and not {"enum", "const", "maxLength", "format", "pattern"} & schema.keys():
        copy["maxLength"] = limit
    return copy


def request_body(chat: Chat, dialect: Dialect, string_limit: int | None) -> dict[str, Any]:
    """The JSON body for `chat`, with only what `dialect` has."""
    body: dict[str, Any] = {"model": chat.model, "messages": list(chat.messages), "stream": dialect.stream}
    if dialect.stream and dialect.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if dialect.temperature:
        body["temperature"] = chat.temperature
    if dialect.max_tokens:
        body["max_tokens"] = chat.max_tokens
    if chat.schema is None:
        return body
    bounded = with_string_limit(chat.schema, string_limit) if string_limit and dialect.string_limit else chat.schema
    if dialect.output == "json_schema":
        # "$schema" is for validators only, and some endpoints refuse keywords that they do not know.
        plain = {key: value for key, value in bounded.items() if key != "$schema"}
        return body | {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": plain}}}
    wish = "Answer with one JSON object that follows this JSON Schema, and nothing else:\n" + json.dumps(bounded)
    system, others = "", chat.messages
    if others and others[0]["role"] == "system":
        system, others = others[0]["content"] + "\n\n", others[1:]
    body["messages"] = [{"role": "system", "content": system + wish}, *others]
    return body | ({"response_format": {"type": "json_object"}} if dialect.output == "json_object" else {})


class ChatClient:
    """Calls one endpoint; for any number of threads, each with a connection of its own that is kept open."""

    def __init__(self, endpoint: ChatEndpoint) -> None:
        self._endpoint = endpoint
        self._url = endpoint.base_url.rstrip("/") + "/chat/completions"
        self._where = urlsplit(endpoint.base_url).netloc.rpartition("@")[2] or endpoint.base_url
        self._threads = threading.local()
        self._dialects: dict[str, Dialect] = {}

    def complete(self, chat: Chat) -> Completion:
        """The model's answer to `chat`. Raises `ModelRefused` where asking again is no use, else `ModelError`."""
        dialect = self._dialects.get(chat.model, Dialect())
        deadline = time.monotonic() + self._endpoint.timeout_s
        while True:
            try:
                completion = self._post(request_body(chat, dialect, self._endpoint.string_limit), deadline)
            except PromptFiltered:
                raise
            except ModelRefused as refusal:
                less = narrower(dialect, refusal.detail)
                if less is None:
                    raise
                dialect = less
            else:
                self._dialects[chat.model] = dialect
                return completion

    def _post(self, body: Mapping[str, Any], deadline: float) -> Completion:
        started = time.monotonic()
        patience = max(deadline - started, 0.001)
        try:
            with self._session().post(
                self._url, json=body, timeout=(CONNECT_TIMEOUT_S, patience), stream=True, allow_redirects=False
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
        completion = self._completion(response, content, duration_ms, model=str(body["model"]))
        return replace(completion, limit=body.get("max_tokens"))

    def _completion(self, response: requests.Response, content: bytes, duration_ms: int, *, model: str) -> Completion:
        status = response.status_code
        if status != 200:
            raise self._failure(error_of_answer(status, content), response, model)
        try:
            said = said_in(content, response.headers.get("Content-Type", ""))
            usage = _usage(said.usage)
        except SaidError as inside:
            raise self._failure(inside.error, response, model) from inside
        except (NoCompletion, ValueError, TypeError) as error:
            what, words = (str(error), error.words) if isinstance(error, NoCompletion) else (NO_COMPLETION, "")
            message = f"The model at {self._where} sent {what}: {words or explanation(content)}"
            kept = beginning(self._hidden(content[:MAX_KEPT_BYTES].decode("utf-8", "replace")))
            raise ModelError(self._hidden(message), endpoint_status=status, unread=kept) from error
        return Completion(
            self._without_key(said.text),
            usage,
            said.model,
            duration_ms,
            cut=said.cut,
            filtered=said.filtered,
            refusal=self._without_key(said.refusal) if said.refused else None,
            thoughts=self._without_key(said.thoughts),
        )

    def _failure(self, error: EndpointError, response: requests.Response, model: str) -> ModelError:
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
        )

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = requests.Session()
            # A proxy of the environment cannot reach this machine's own addresses.
            session.trust_env = urlsplit(self._url).hostname not in {"127.0.0.1", "localhost", "::1"}
            session.auth = _bearer(self._endpoint.api_key)
            self._threads.session = session
        return session

    def _without_key(self, text: str) -> str:
        """What a model wrote. A short key may be a word that it rightly uses."""
        return self._hidden(text) if len(self._endpoint.api_key or "") >= SHORTEST_KEY_IN_TEXT else text

    def _hidden(self, text: str) -> str:
        key = self._endpoint.api_key
        return text.replace(key, "…") if key else text


@lru_cache(maxsize=16)
def chat_client(endpoint: ChatEndpoint) -> ChatClient:
    """The one client of this process for `endpoint`, so that its connections and what it learned are kept."""
    return ChatClient(endpoint)


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


def _usage(reported: Mapping[str, Any]) -> Usage:
    prompt, response = int(reported.get("prompt_tokens") or 0), int(reported.get("completion_tokens") or 0)
    total = int(reported.get("total_tokens") or prompt + response)
    return {"prompt_tokens": prompt, "response_tokens": response, "total_tokens": total}


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
