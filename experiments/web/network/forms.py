"""The editor of a network, and the form that tries one.

The editor keeps everything as it was typed, so that nothing is lost when it cannot be saved. `NetworkSerializer` alone
decides what can be stored; its errors are shown beside their fields. Each agent is a line with a number, so that routes
to it stay when its key changes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ParseError

from experiments import response_schema
from experiments.api.parsers import read_json
from experiments.api.serializers.network_calls import NetworkCallRequestSerializer
from experiments.api.serializers.networks import NetworkSerializer, check_response_data
from experiments.core.choices import ErrorCode
from experiments.core.cost import plain
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import to_json
from experiments.core.json_text import BadPayload, strict
from experiments.models import Network
from experiments.runtime.endpoint_headers import UnreadableHeaders, read_headers
from experiments.web.network.fields import (
    ENDPOINT_TEXTS,
    LABELS,
    NETWORK_FIELDS,
    PLAIN_FLAGS,
    PLAIN_TEXTS,
    NetworkField,
    Section,
)

OWN, REMOTE = "own", "remote"
NUMBER = re.compile("[0-9]{1,9}")
JSON_KEYS = {
    "schema": "respond_payload_schema",
    "guidance": "respond_payload_guidance",
    "example": "respond_payload_example",
}
SECRETS = {"run_token", "endpoint.api_key"}
TEXTS = (*(one.name for one in (*PLAIN_TEXTS, *ENDPOINT_TEXTS)), "where", *SECRETS, *JSON_KEYS)
FLAGS = (*(one.name for one in PLAIN_FLAGS), "remove_token", "remove_api_key")
KEPT = "…"
"""In the place of the value of a header: the stored one."""
AGENT_LABELS = {
    "key": "Key",
    "display_name": "Display name",
    "model": "Model",
    "price_input": "Price of input",
    "price_output": "Price of output",
    "prompt": "Prompt",
}


@dataclass(frozen=True)
class AgentLine:
    """`number` names the line in the form and never changes; `routes` are numbers of other lines."""

    number: int
    key: str = ""
    display_name: str = ""
    prompt: str = ""
    model: str = ""
    price_input: str = ""
    price_output: str = ""
    is_default: bool = False
    allow_respond: bool = True
    routes: frozenset[int] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def title(self) -> str:
        return self.display_name or self.key or f"Agent {self.number}"


FIRST_AGENT = AgentLine(1, key="agent", is_default=True)
"""In a new form: a network that this site answers needs an agent."""


@dataclass(frozen=True)
class NetworkForm:
    """`seen` is the time of the last change that the page knows, in ISO 8601; "" for a new network."""

    texts: Mapping[str, str]
    flags: Mapping[str, bool]
    agents: tuple[AgentLine, ...]
    seen: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls) -> "NetworkForm":
        return replace(cls.of_network(Network(users_may_update_schema=True)), agents=(FIRST_AGENT,))

    @classmethod
    def of_network(cls, network: Network) -> "NetworkForm":
        data = network.additional_data
        texts = {
            "where": REMOTE if network.run_url else OWN,
            **dict.fromkeys(SECRETS, ""),
            **_endpoint_to_edit(network.endpoint_settings or {}),
            **{one.name: one.text_to_edit(getattr(network, one.name)) for one in PLAIN_TEXTS},
            **{name: as_typed(data.get(key)) for name, key in JSON_KEYS.items()},
        }
        flags = dict.fromkeys(FLAGS, False) | {one.name: getattr(network, one.name) for one in PLAIN_FLAGS}
        seen = network.updated_at.isoformat() if network.pk else ""
        return cls(texts, flags, _lines_of_network(network), seen=seen)

    @classmethod
    def of_post(cls, posted: QueryDict) -> "NetworkForm":
        texts = {name: with_plain_line_ends(posted.get(name, "")) for name in TEXTS}
        numbers = dict.fromkeys(_numbers_of(posted.getlist("agent")))
        agents = tuple(_line_of_post(posted, number) for number in numbers)
        return cls(texts, {name: name in posted for name in FLAGS}, agents, seen=posted.get("seen", ""))

    @property
    def sections(self) -> dict[str, list[tuple[NetworkField, str | bool, str]]]:
        """The plain fields of each section, each with what was typed and what is wrong with it; for the template."""
        typed: dict[str, str | bool] = {**self.texts, **self.flags}
        found: dict[str, list[tuple[NetworkField, str | bool, str]]] = {section: [] for section in Section}
        for one in NETWORK_FIELDS:
            if one.section:
                found[one.section].append((one, typed[one.name], self.problems.get(one.name, "")))
        return found

    @property
    def api_key(self) -> str:
        return self.texts["endpoint.api_key"]

    @property
    def api_key_problem(self) -> str:
        return self.problems.get("endpoint.api_key", "")

    # -- changes that store nothing

    def changed(self, button: str) -> "NetworkForm":
        """After the button `add`, `prefill`, `up-3`, `down-3` or `remove-3`; any other changes nothing."""
        verb, _, number = button.partition("-")
        if verb == "add":
            next_number = max((line.number for line in self.agents), default=0) + 1
            return replace(self, agents=(*self.agents, AgentLine(next_number)))
        if verb == "prefill":
            return self.prefilled()
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

    def prefilled(self) -> "NetworkForm":
        """With the guidance and the example that follow from the schema."""
        try:
            schema = response_schema.check_schema(json_of(self.texts["schema"]))
        except InvalidInput as error:
            return replace(self, problems={"schema": error.detail})
        texts = {
            **self.texts,
            "guidance": response_schema.guidance(schema),
            "example": as_typed(response_schema.example(schema)),
        }
        return replace(self, texts=texts)

    def focus_after(self, button: str) -> str:
        """The field or button that gets the focus: the first with an error, a new agent, or the button pressed."""
        if self.faults:
            return self.faults[0][0]
        if button == "add":
            return f"agent-{self.agents[-1].number}-key"
        return "add" if button.startswith("remove") else button

    # -- what is stored

    @property
    def changed_at(self) -> datetime:
        """`seen` as a time; where it cannot be read the earliest, so that saving is refused."""
        try:
            found = parse_datetime(self.seen)
        except ValueError:
            found = None
        return found or datetime.min

    def checked(self, network: Network | None) -> "tuple[dict[str, Any] | None, NetworkForm]":
        """The values for `services.networks.save`, or None and the form with what is wrong beside each field."""
        problems: dict[str, str] = {}
        values = self._values(network, problems)
        serializer = NetworkSerializer(network, data=values)
        if serializer.is_valid() and not problems:
            return dict(serializer.validated_data), self
        errors = dict(serializer.errors)
        of_endpoint = errors.pop("endpoint", {})
        errors |= {f"endpoint.{name}": error for name, error in of_endpoint.items() if f"endpoint.{name}" in LABELS}
        if "additional_data" in errors:
            # It is three fields here.
            errors[_field_of_bad_data(values["additional_data"])] = errors.pop("additional_data")
        return None, self._with_errors(errors, problems)

    def _values(self, network: Network | None, problems: dict[str, str]) -> dict[str, Any]:
        """For the serializer; adds to `problems` what is wrong before it can look."""
        is_own = self.texts["where"] != REMOTE
        if not is_own and not self.texts["run_url"].strip():
            problems["run_url"] = "Give the address of the remote's run call."
        token = {"run_token": self.texts["run_token"]} if self.texts["run_token"] else {}
        if self.flags["remove_token"] and not token:
            token = {"run_token": ""}
        # A remote has its own agents: an agent line that nobody touched is not meant for it.
        untouched = network is None and not is_own and self.agents == (FIRST_AGENT,)
        return {
            **{one.name: one.value_to_store(self.texts[one.name], is_own=is_own) for one in PLAIN_TEXTS},
            **{one.name: self.flags[one.name] for one in PLAIN_FLAGS},
            **token,
            "endpoint": self._endpoint(problems) if is_own else None,
            "additional_data": self._additional_data(network, problems),
            "agents": [] if untouched else list(self._agents()),
        }

    def _endpoint(self, problems: dict[str, str]) -> dict[str, Any]:
        typed = {one.name.removeprefix("endpoint."): one for one in ENDPOINT_TEXTS}
        values: dict[str, Any] = {
            name: one.value_to_store(self.texts[one.name].strip(), is_own=True) for name, one in typed.items()
        }
        lines = [line.partition(":") for line in self.texts["endpoint.headers"].splitlines()]
        kept = {name.strip() for name, _, value in lines if value.strip() == KEPT}
        given = "\n".join("".join(line) for line in lines if line[2].strip() != KEPT)
        try:
            values["headers"] = {**dict.fromkeys(kept), **read_headers(given)}
        except UnreadableHeaders as error:
            problems["endpoint.headers"] = str(error)
        key = self.texts["endpoint.api_key"]
        return values | ({"api_key": key} if key or self.flags["remove_api_key"] else {})

    def _additional_data(self, network: Network | None, problems: dict[str, str]) -> dict[str, Any]:
        """The network's own data with the three keys as they were typed, without those that are empty."""
        typed: dict[str, Any] = {}
        for name, key in JSON_KEYS.items():
            text = self.texts[name]
            if not text.strip():
                continue
            try:
                typed[key] = text if name == "guidance" else json_of(text)
            except InvalidInput as error:
                problems[name] = error.detail
        kept = network.additional_data if network else {}
        return {key: value for key, value in kept.items() if key not in JSON_KEYS.values()} | typed

    def _agents(self) -> Iterator[dict[str, Any]]:
        keys = {line.number: line.key.strip() for line in self.agents}
        for line in self.agents:
            yield {
                "key": line.key,
                "display_name": line.display_name,
                "prompt": line.prompt,
                "model": line.model,
                "price_input": line.price_input.strip() or None,
                "price_output": line.price_output.strip() or None,
                "is_default": line.is_default,
                "allow_respond": line.allow_respond,
                "routes": [key for number, key in keys.items() if number in line.routes and key],
            }

    def refused(self, error: InvalidInput) -> "NetworkForm":
        return replace(self, problems={error.attr or "form": error.detail})

    def _with_errors(self, errors: Mapping[str, Any], problems: dict[str, str]) -> "NetworkForm":
        """Beside each field its first error; those in `problems` replace the serializer's."""
        of_agents = errors.get("agents") or {}
        found = {name: _first_sentence(error) for name, error in errors.items() if error and name != "agents"}
        lines = self.agents
        if isinstance(of_agents, dict):
            # By position; agents without an error are missing.
            lines = tuple(
                replace(
                    line,
                    problems={name: _first_sentence(error) for name, error in of_agents.get(at, {}).items() if error},
                )
                for at, line in enumerate(self.agents)
            )
        if of_agents:
            broken = "Look at the agents: one of them cannot be saved."
            found["agents"] = broken if isinstance(of_agents, dict) else _first_sentence(of_agents)
        return replace(self, problems={**found, **problems}, agents=lines)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Name and label of each field with an error, in the order of the page."""
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
        """The labels of the fields in which another version of the network differs from this one."""
        texts = {name for name in self.texts if self.texts[name] != other.texts[name]} - SECRETS
        flags = {name for name in self.flags if self.flags[name] != other.flags[name]}
        agents = {"agents"} if list(self._agents()) != list(other._agents()) else set()
        return [LABELS[name] for name in LABELS if name in texts | flags | agents]


def _endpoint_to_edit(endpoint: Mapping[str, Any]) -> dict[str, str]:
    texts = {one.name: endpoint.get(one.name.removeprefix("endpoint."), "") for one in ENDPOINT_TEXTS}
    headers = "\n".join(f"{name}: {KEPT}" for name in endpoint.get("headers", []))
    return {name: "" if value is None else str(value) for name, value in {**texts, "endpoint.headers": headers}.items()}


def _lines_of_network(network: Network) -> tuple[AgentLine, ...]:
    agents = list(network.agents.all()) if network.pk else []
    numbers = {agent.pk: number for number, agent in enumerate(agents, start=1)}
    return tuple(
        AgentLine(
            number=numbers[agent.pk],
            key=agent.key,
            display_name=agent.display_name,
            prompt=agent.prompt,
            model=agent.model,
            price_input="" if agent.price_input is None else plain(agent.price_input),
            price_output="" if agent.price_output is None else plain(agent.price_output),
            is_default=agent.is_default,
            allow_respond=agent.allow_respond,
            routes=frozenset(numbers[to.pk] for to in agent.routes.all() if to.pk in numbers),
        )
        for agent in agents
    )


def _line_of_post(posted: QueryDict, number: int) -> AgentLine:
    prefix = f"agent-{number}-"
    names = tuple(AGENT_LABELS)
    texts: dict[str, Any] = {name: with_plain_line_ends(posted.get(prefix + name, "")) for name in names}
    return AgentLine(
        number,
        **texts,
        is_default=posted.get("default") == str(number),
        allow_respond=f"{prefix}allow_respond" in posted,
        routes=frozenset(_numbers_of(posted.getlist(f"{prefix}routes"))),
    )


def _numbers_of(texts: Iterable[str]) -> list[int]:
    """The numbers of agent lines among the texts; anything else did not come from our form."""
    return [int(text) for text in texts if NUMBER.fullmatch(text)]


def with_plain_line_ends(text: str) -> str:
    """As it was typed: browsers send each line end as two characters."""
    return text.replace("\r\n", "\n")


def as_typed(value: Any) -> str:
    """A JSON value for a text area; a text is shown as it is, because people need not quote their guidance."""
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value, indent=2)


def json_of(text: str) -> Any:
    try:
        return read_json(text.encode(), subject="This")
    except ParseError as error:
        raise InvalidInput(str(error.detail), code=ErrorCode.INVALID_JSON) from None


def _field_of_bad_data(data: Mapping[str, Any]) -> str:
    """Which of the three JSON fields the serializer refused `additional_data` for."""
    fields = {key: name for name, key in JSON_KEYS.items()}
    for key in filter(fields.get, data):
        try:
            strict(data[key], key, depth=1)
        except BadPayload:
            return fields[key]
    try:
        check_response_data(data)
    except InvalidInput as error:
        if error.part and error.part.key:
            return fields.get(error.part.key, "schema")
    return "schema"


def _first_sentence(error: Any) -> str:
    """The first text in the lists and dicts of a serializer's errors."""
    while isinstance(error, list | dict) and error:
        error = next(iter(error.values())) if isinstance(error, dict) else error[0]
    return str(error)


class TryForm(forms.Form):
    """A message for a network, with system params, the agent that gets it, and whether its work is recorded."""

    user_message = forms.CharField(label="Message", strip=False, required=False, widget=forms.Textarea({"rows": 3}))
    system_params = forms.CharField(
        label="System params",
        required=False,
        widget=forms.Textarea({"rows": 2, "class": "mono", "spellcheck": "false"}),
    )
    agent_key = forms.ChoiceField(label="Agent", required=False)
    debug = forms.BooleanField(label="Record prompts and raw answers", required=False)

    def __init__(self, network: Network, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial={"debug": True, **(initial or {})}, prefix="try")
        agents = [(agent.key, str(agent)) for agent in network.agents.all()]
        self.fields["agent_key"].choices = [("", "The default agent"), *agents]  # type: ignore[attr-defined]
        if not agents:
            del self.fields["agent_key"]

    def clean_user_message(self) -> str:
        return with_plain_line_ends(self.cleaned_data["user_message"])

    def clean_system_params(self) -> dict[str, Any]:
        text = self.cleaned_data["system_params"]
        if not text.strip():
            return {}
        try:
            params = json_of(text)
        except InvalidInput as error:
            raise forms.ValidationError(error.detail) from None
        checked = NetworkCallRequestSerializer(data={"user_message": "", "system_params": params})
        if not checked.is_valid():
            raise forms.ValidationError("Give a JSON object, of texts that can be stored.")
        return dict(checked.validated_data["system_params"])
