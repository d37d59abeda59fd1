"""A network as its editor has it: everything as it was typed, so that nothing is lost when it cannot be saved.

What may be stored is decided by `NetworkSerializer` alone; its errors come back to the fields that they are about. The
agents are lines with a number of their own each, so that a route stays when the key of its agent is changed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ParseError

from experiments import response_schema
from experiments.api.parsers import parsed
from experiments.api.serializers.networks import NetworkSerializer
from experiments.core.errors import InvalidInput
from experiments.models import Network

OWN, REMOTE = "own", "remote"
NUMBER = re.compile("[0-9]{1,9}")
TEXTS = (
    *("name", "description", "where", "run_url", "run_token", "config_url", "version", "max_steps"),
    *("timeout_s", "max_concurrency", "schema", "guidance", "example"),
)
FLAGS = ("transient_400", "users_may_update_schema", "remove_token")
JSON_KEYS = {
    "schema": "respond_payload_schema",
    "guidance": "respond_payload_guidance",
    "example": "respond_payload_example",
}
LABELS = {
    "name": "Name",
    "description": "Description",
    "where": "Who answers",
    "run_url": "Run URL",
    "run_token": "Token",
    "config_url": "Configuration URL",
    "transient_400": "400 is transient",
    "version": "Version",
    "max_steps": "Most steps",
    "timeout_s": "Time-out",
    "max_concurrency": "Calls at a time",
    "agents": "Agents",
    "schema": "Response schema",
    "guidance": "Guidance",
    "example": "Example",
    "users_may_update_schema": "Who may change the schema",
}
"""In the order of the page."""
AGENT_LABELS = {"key": "Key", "display_name": "Display name", "model": "Model", "prompt": "Prompt"}


@dataclass(frozen=True)
class AgentLine:
    """`number` names the line in the form and never changes; `routes` are numbers of other lines."""

    number: int
    key: str = ""
    display_name: str = ""
    prompt: str = ""
    model: str = ""
    is_default: bool = False
    allow_respond: bool = True
    routes: frozenset[int] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def title(self) -> str:
        return self.display_name or self.key or f"Agent {self.number}"


FIRST = AgentLine(1, key="agent", is_default=True)
"""What a new form begins with: a network that this site answers needs one."""


@dataclass(frozen=True)
class NetworkForm:
    """`seen` is the state of the network that the page began with, "" for a new one."""

    texts: Mapping[str, str]
    flags: Mapping[str, bool]
    agents: tuple[AgentLine, ...]
    seen: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls) -> "NetworkForm":
        return replace(cls.of_network(Network(users_may_update_schema=True)), agents=(FIRST,))

    @classmethod
    def of_network(cls, network: Network) -> "NetworkForm":
        data = network.additional_data
        texts = {
            "where": REMOTE if network.run_url else OWN,
            "run_token": "",
            "version": _number(network.version),
            "max_steps": _number(network.max_steps),
            **{name: str(getattr(network, name)) for name in ("name", "description", "run_url", "config_url")},
            **{name: str(getattr(network, name)) for name in ("timeout_s", "max_concurrency")},
            **{name: _as_typed(data.get(key)) for name, key in JSON_KEYS.items()},
        }
        flags = {name: getattr(network, name) for name in FLAGS[:2]} | {"remove_token": False}
        return cls(texts, flags, _lines_of(network), seen=seen(network))

    @classmethod
    def of_post(cls, posted: QueryDict) -> "NetworkForm":
        texts = {name: _text(posted.get(name, "")) for name in TEXTS}
        agents = tuple(_line_of(posted, number) for number in dict.fromkeys(_numbers(posted.getlist("agent"))))
        return cls(texts, {name: name in posted for name in FLAGS}, agents, seen=posted.get("seen", ""))

    # -- changes that store nothing

    def changed(self, act: str) -> "NetworkForm":
        """After a press on `add`, `prefill`, `up-3`, `down-3` or `remove-3`; anything else changes nothing."""
        verb, _, number = act.partition("-")
        if verb == "add":
            return replace(self, agents=(*self.agents, AgentLine(self._next_number)))
        if verb == "prefill":
            return self._prefilled()
        at = next((place for place, line in enumerate(self.agents) if str(line.number) == number), None)
        if at is None:
            return self
        lines = list(self.agents)
        if verb == "remove":
            del lines[at]
        elif verb in ("up", "down"):
            to = min(max(at + (1 if verb == "down" else -1), 0), len(lines) - 1)
            lines.insert(to, lines.pop(at))
        return replace(self, agents=tuple(lines))

    @property
    def _next_number(self) -> int:
        return max((line.number for line in self.agents), default=0) + 1

    def _prefilled(self) -> "NetworkForm":
        try:
            schema = response_schema.check_schema(_json(self.texts["schema"]))
        except InvalidInput as error:
            return replace(self, problems={"schema": error.detail})
        texts = {
            **self.texts,
            "guidance": response_schema.guidance(schema),
            "example": _as_typed(response_schema.example(schema)),
        }
        return replace(self, texts=texts)

    # -- what is stored

    def checked(self, network: Network | None) -> "tuple[dict[str, Any] | None, NetworkForm]":
        """The values for `services.networks.save`, or None and the form with what is wrong beside each field."""
        problems: dict[str, str] = {}
        data = self._data(network, problems)
        serializer = NetworkSerializer(network, data=data)
        if serializer.is_valid() and not problems:
            return dict(serializer.validated_data), self
        return None, self._with(serializer.errors, problems)

    def _data(self, network: Network | None, problems: dict[str, str]) -> dict[str, Any]:
        plain = ("name", "description", "timeout_s", "max_concurrency")
        is_own = self.texts["where"] != REMOTE
        if not is_own and not self.texts["run_url"].strip():
            problems["run_url"] = "Give the address of the remote's run call."
        token = {"run_token": self.texts["run_token"]} if self.texts["run_token"] else {}
        if self.flags["remove_token"] and not token:
            token = {"run_token": ""}
        return {
            **{name: self.texts[name] for name in plain},
            **{name: self.texts[name].strip() or None for name in ("version", "max_steps")},
            **{name: "" if is_own else self.texts[name].strip() for name in ("run_url", "config_url")},
            **{name: self.flags[name] for name in FLAGS[:2]},
            **token,
            "additional_data": self._additional(network, problems),
            "agents": self._named_agents(network),
        }

    def _additional(self, network: Network | None, problems: dict[str, str]) -> dict[str, Any]:
        """The network's own data with the three keys as they were typed; what is left empty is not there."""
        given: dict[str, Any] = {}
        for name, key in JSON_KEYS.items():
            text = self.texts[name]
            if not text.strip():
                continue
            try:
                given[key] = text if name == "guidance" else _json(text)
            except InvalidInput as error:
                problems[name] = error.detail
        kept = network.additional_data if network else {}
        return {key: value for key, value in kept.items() if key not in JSON_KEYS.values()} | given

    def _named_agents(self, network: Network | None) -> list[dict[str, Any]]:
        """A remote knows its own: where the line of a new form stayed as it was, nobody asked for an agent."""
        untouched = network is None and self.texts["where"] == REMOTE and self.agents == (FIRST,)
        return [] if untouched else list(self._agents())

    def _agents(self) -> Iterator[dict[str, Any]]:
        keys = {line.number: line.key.strip() for line in self.agents}
        for line in self.agents:
            yield {
                "key": line.key,
                "display_name": line.display_name,
                "prompt": line.prompt,
                "model": line.model,
                "is_default": line.is_default,
                "allow_respond": line.allow_respond,
                "routes": [key for number, key in keys.items() if number in line.routes and key],
            }

    def refused(self, error: InvalidInput) -> "NetworkForm":
        return replace(self, problems={error.attr or "form": error.detail})

    def _with(self, errors: Mapping[str, Any], problems: dict[str, str]) -> "NetworkForm":
        """Beside each field the first thing that is wrong with it; what was found here goes before."""
        of_agents = errors.get("agents") or {}
        said = {_field(name, told): told for name, told in _told(errors) if name != "agents"}
        lines = self.agents
        if isinstance(of_agents, dict):
            # By position; those with nothing wrong may be missing.
            lines = tuple(
                replace(line, problems=dict(_told(of_agents.get(at, {})))) for at, line in enumerate(self.agents)
            )
        if of_agents:
            broken = "Look at the agents: one of them cannot be saved."
            said["agents"] = broken if isinstance(of_agents, dict) else _first(of_agents)
        return replace(self, problems={**said, **problems}, agents=lines)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Name and label of each field with something wrong, in the order of the page."""
        of_agents = [
            (f"agent-{line.number}-{part}", f"{AGENT_LABELS.get(part, part)} of {line.title}")
            for line in self.agents
            for part in line.problems
        ]
        plain = [name for name in LABELS if name in self.problems and not (name == "agents" and of_agents)]
        at = next((place for place, name in enumerate(plain) if name in ("schema", "guidance", "example")), len(plain))
        named = [(name, LABELS[name]) for name in plain]
        return [*named[:at], *of_agents, *named[at:]]

    def differences(self, other: "NetworkForm") -> list[str]:
        """In words, where another version of the network is not what was typed here."""
        texts = {name for name in self.texts if self.texts[name] != other.texts[name]} - {"run_token"}
        flags = {name for name in self.flags if self.flags[name] != other.flags[name]}
        agents = {"agents"} if list(self._agents()) != list(other._agents()) else set()
        return [LABELS[name] for name in LABELS if name in texts | flags | agents]


def seen(network: Network) -> str:
    """What a page keeps to find out whether somebody else saved the network in the meantime."""
    return network.updated_at.isoformat() if network.pk else ""


def _lines_of(network: Network) -> tuple[AgentLine, ...]:
    agents = list(network.agents.all()) if network.pk else []
    numbers = {agent.pk: number for number, agent in enumerate(agents, start=1)}
    return tuple(
        AgentLine(
            number=numbers[agent.pk],
            key=agent.key,
            display_name=agent.display_name,
            prompt=agent.prompt,
            model=agent.model,
            is_default=agent.is_default,
            allow_respond=agent.allow_respond,
            routes=frozenset(numbers[to.pk] for to in agent.routes.all() if to.pk in numbers),
        )
        for agent in agents
    )


def _numbers(texts: Iterable[str]) -> list[int]:
    """Those that a form of ours can have sent."""
    return [int(text) for text in texts if NUMBER.fullmatch(text)]


def _line_of(posted: QueryDict, number: int) -> AgentLine:
    at = f"agent-{number}-"
    texts: dict[str, Any] = {
        name: _text(posted.get(at + name, "")) for name in ("key", "display_name", "prompt", "model")
    }
    return AgentLine(
        number,
        **texts,
        is_default=posted.get("default") == str(number),
        allow_respond=f"{at}allow_respond" in posted,
        routes=frozenset(_numbers(posted.getlist(f"{at}routes"))),
    )


def _text(value: str) -> str:
    """As it was typed: a browser sends line ends of its own."""
    return value.replace("\r\n", "\n")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _as_typed(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _json(text: str) -> Any:
    try:
        return parsed(text.encode())
    except ParseError as error:
        sentence = str(error.detail).replace("The body is not JSON", "This is not JSON")
        raise InvalidInput(sentence, code="invalid_json") from None


def _field(name: str, told: str) -> str:
    """The data of a network is several fields here; what is said about it names those other than the schema."""
    if name != "additional_data":
        return name
    return next((part for part in ("guidance", "example") if JSON_KEYS[part] in told), "schema")


def _told(errors: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _first(told)) for name, told in errors.items() if told]


def _first(told: Any) -> str:
    while isinstance(told, list | dict) and told:
        told = next(iter(told.values())) if isinstance(told, dict) else told[0]
    return str(told)
