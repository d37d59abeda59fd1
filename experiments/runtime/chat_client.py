"""Client to any OpenAI-compatible chat completion endpoint: `POST {base_url}/chat/completions`, streamed if need be.

What is sent and read is the subset that hosted services, vLLM, Ollama and llama.cpp have in common
(https://platform.openai.com/docs/api-reference/chat). Where an endpoint refuses a part of it (structured output, a
temperature, the system role) or answers by streams only, the call is repeated in other words (`negotiation`), and the
client remembers them for the model. `chat_completion` reads what comes back, `endpoint_errors` why nothing does.
"""

import threading
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from experiments.core.choices import ModelPart
from experiments.core.cost import money, money_of_text
from experiments.core.json_numbers import to_json
from experiments.core.json_text import beginning
from experiments.runtime.chat import (
    Chat,
    ChatEndpoint,
    Completion,
    ModelError,
    ModelRefused,
    PromptFiltered,
    Usage,
)
from experiments.runtime.chat_completion import NO_COMPLETION, NoCompletion, SaidError, said_in
from experiments.runtime.dialect_memory import DialectMemory, DialectStore
from experiments.runtime.dialects import request_body
from experiments.runtime.endpoint_errors import EndpointError, error_of_answer, explanation
from experiments.runtime.negotiation import Negotiation

CONNECT_TIMEOUT_S = 5.0
MAX_BODY_BYTES = 5_000_000
MAX_KEPT_BYTES = 10_000
"""Of a body that could not be read: more than its first characters take."""
SAID_CHARS = 4000
SHORTEST_KEY = 8
SHORTEST_KEY_IN_ANSWER = 16
"""A shorter key is a word ("none", "EMPTY"), which an answer or a sentence rightly contains."""
COST_HEADER = "x-litellm-response-cost"
KEY_SETTING = "OPENAI_API_KEY, or the key of the network's endpoint"
MODEL_SETTING = "OPENAI_MODEL, the network's endpoint or the agent"


class ChatClient:
    """Calls one endpoint; for any number of threads, each with a connection of its own that is kept open."""

    def __init__(self, endpoint: ChatEndpoint, store: DialectStore | None = None) -> None:
        self._endpoint = endpoint
        self._url = completions_url(endpoint.base_url)
        self._where = urlsplit(endpoint.base_url).netloc.rpartition("@")[2] or endpoint.base_url
        self._threads = threading.local()
        self._memory = DialectMemory(endpoint, store)

    def complete(self, chat: Chat) -> Completion:
        """The model's answer to `chat`. Raises `ModelRefused` where asking again is no use, else `ModelError`."""
        negotiation = Negotiation(self._memory, chat)
        deadline = time.monotonic() + self._endpoint.timeout_s
        while True:
            sent = negotiation.sent
            try:
                completion = self._post(request_body(chat, sent, self._endpoint.string_limit), deadline)
            except PromptFiltered:
                raise
            except ModelError as refusal:
                negotiation.refused(sent, refusal)
            else:
                answer = negotiation.answered(sent, completion)
                if answer is not None:
                    return answer

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
