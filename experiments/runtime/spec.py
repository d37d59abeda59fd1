"""The input of a run: the network as it is at that moment, and the request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import WorkbenchError
from experiments.runtime.chat import DEFAULT_MAX_TOKENS

DEFAULT_MAX_STEPS = 10


class UnknownAgent(WorkbenchError):
    """The network has no such agent, or none that answers by default."""

    status = 404


@dataclass(frozen=True)
class AgentSpec:
    """One agent. `routes` are keys of agents it may hand over to; `model` blank: the run's default model."""

    key: str
    display_name: str = ""
    prompt: str = ""
    is_default: bool = False
    allow_respond: bool = True
    routes: tuple[str, ...] = ()
    model: str = ""

    @property
    def name(self) -> str:
        return self.display_name or self.key


@dataclass(frozen=True)
class NetworkSpec:
    """A network as it is at the moment of a run. `schema`, `guidance`, `example` describe the answer, where given.

    `timeout_s`: after that many seconds the caller has given up, and no further agent is asked.
    """

    name: str
    agents: tuple[AgentSpec, ...]
    version: int | None = None
    max_steps: int | None = None
    schema: Mapping[str, Any] | None = None
    guidance: str = ""
    example: Mapping[str, Any] | None = None
    timeout_s: float | None = None

    def agent(self, key: str) -> AgentSpec | None:
        return next((agent for agent in self.agents if agent.key == key), None)


@dataclass(frozen=True)
class RunRequest:
    """What `POST /run` asks. Its own `schema`, `guidance`, `example` and `max_steps` override the network's.

    `repair`: an answer that cannot be used is asked for once more. `check` says why an object cannot be used.
    `temperature` and `max_tokens` (of each answer of the model) come with the endpoint, as `default_model` does.
    """

    user_message: str
    system_params: Mapping[str, Any] = field(default_factory=dict)
    agent_key: str | None = None
    debug: bool = False
    default_model: str = ""
    temperature: float = 0.0
    max_tokens: int = DEFAULT_MAX_TOKENS
    max_steps: int | None = None
    schema: Mapping[str, Any] | None = None
    guidance: str | None = None
    example: Mapping[str, Any] | None = None
    repair: bool = False
    check: Callable[[dict[str, Any]], str | None] | None = None


def chosen_agent(spec: NetworkSpec, key: str | None) -> AgentSpec:
    """The agent named `key`; without a key the default one, or the only one there is."""
    if key:
        named = [agent for agent in spec.agents if agent.key == key]
        detail = f'The network "{spec.name}" has no agent "{key}".'
    else:
        named = [agent for agent in spec.agents if agent.is_default] or list(spec.agents)
        detail = f'The network "{spec.name}" has no default agent.'
        named = named if len(spec.agents) == 1 or any(agent.is_default for agent in named) else []
    if not named:
        raise UnknownAgent(detail, code=ErrorCode.UNKNOWN_AGENT, attr="agent_key")
    return named[0]


def step_limit(spec: NetworkSpec, request: RunRequest) -> int:
    """How many agents may be asked in a row."""
    return max(1, request.max_steps or spec.max_steps or DEFAULT_MAX_STEPS)
