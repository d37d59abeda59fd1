"""The fields of a network as its editor and its page show them."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from experiments.core.cost import plain

YES, NO = "yes", "no"
"""A boolean as a text."""


class Section(StrEnum):
    """Where in the editor a plain field stands."""

    NETWORK = "network"
    REMOTE = "remote"
    ENDPOINT = "endpoint"
    CALL = "call"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class NetworkField:
    """A field; with a section it is a plain one: an attribute of `Network`, edited as a text or as a box to tick. Those
    of the section `ENDPOINT` are keys of `Network.endpoint`.

    `help` stands below the input, or after the box; `nullable`: an empty text is stored as None. `length`, `rows` (of a
    text area) and `needed` are the input's. `shown` formats the value on the page of a network. `choices`: of a text
    that is chosen, as it is edited, with labels.
    """

    name: str
    label: str
    section: Section | None = None
    help: str = ""
    nullable: bool = False
    is_flag: bool = False
    length: int | None = None
    rows: int | None = None
    needed: bool = False
    shown: str = "{}"
    choices: tuple[tuple[str, str], ...] = ()

    def text_to_edit(self, value: Any) -> str:
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, Decimal):
            return plain(value)
        return "" if value is None else str(value)

    def value_to_store(self, typed: str, *, is_own: bool) -> str | None:
        """What a plain text field stores; a network that this site answers has no addresses."""
        if self.choices:
            return typed or None
        if self.section == Section.REMOTE:
            return "" if is_own else typed.strip()
        return typed.strip() or None if self.nullable else typed

    def shown_value(self, value: Any) -> str:
        if value is None:
            return "not set"
        if isinstance(value, Decimal):
            return self.shown.format(plain(value))
        return ("yes" if value else "no") if self.is_flag else self.shown.format(value)


NETWORK_FIELDS = (
    NetworkField("name", "Name", Section.NETWORK, length=200, needed=True),
    NetworkField("description", "Description", Section.NETWORK, rows=3),
    NetworkField("where", "Who answers"),
    NetworkField(
        "run_url",
        "Run URL",
        Section.REMOTE,
        "The whole address of its run call. The site's settings list the hosts that may be named.",
        length=500,
    ),
    NetworkField("run_token", "Token"),
    NetworkField(
        "config_url",
        "Configuration URL",
        Section.REMOTE,
        "Where the remote takes a changed schema, and is asked for answers that did not arrive; empty: neither.",
        length=500,
    ),
    NetworkField(
        "remote_name", "Name there", Section.REMOTE, "What the remote calls this network; empty: as here.", length=200
    ),
    NetworkField(
        "transient_400",
        "When it answers 400",
        Section.REMOTE,
        "Automatic: it is tried again where there is a configuration URL. Such runtimes answer 400 when only their "
        "model is away.",
        choices=(("", "Automatic"), (YES, "Try the row again"), (NO, "Fail the row")),
    ),
    NetworkField(
        "endpoint.base_url",
        "Base URL of the model",
        Section.ENDPOINT,
        "Before /chat/completions. Empty: the site’s. The site’s settings list the hosts that may be named.",
        length=500,
    ),
    NetworkField(
        "endpoint.model", "Model", Section.ENDPOINT, "For agents that name none; empty: the site’s.", length=200
    ),
    NetworkField("endpoint.api_key", "API key"),
    NetworkField(
        "endpoint.headers",
        "Headers",
        Section.ENDPOINT,
        "A line “name: value” for each. Values are stored encrypted and never shown; “…” keeps the stored one.",
        rows=2,
    ),
    NetworkField("endpoint.temperature", "Temperature", Section.ENDPOINT, "0 to 2; empty: the site’s.", nullable=True),
    NetworkField(
        "endpoint.max_output_tokens",
        "Max tokens per answer",
        Section.ENDPOINT,
        "Empty: the site’s.",
        nullable=True,
        shown="{:,}",
    ),
    NetworkField("version", "Version", Section.CALL, "Sent with each run; empty: none.", nullable=True),
    NetworkField("max_steps", "Most steps", Section.CALL, "Of one run; empty: the runtime decides.", nullable=True),
    NetworkField("timeout_s", "Time-out", Section.CALL, "Seconds, 1 to 600.", shown="{} s"),
    NetworkField("max_concurrency", "Calls at a time", Section.CALL, "Over all that uses it.", shown="{:,}"),
    NetworkField(
        "requests_per_minute",
        "Requests a minute",
        Section.CALL,
        "Over all that uses it; empty: no limit of ours.",
        nullable=True,
        shown="{:,}",
    ),
    NetworkField(
        "tokens_per_minute",
        "Tokens a minute",
        Section.CALL,
        "As the answers count them; empty: no limit of ours.",
        nullable=True,
        shown="{:,}",
    ),
    NetworkField(
        "price_input",
        "Price of input",
        Section.CALL,
        "For a million tokens; empty: not known. What the network itself says that a run cost counts before it.",
        nullable=True,
    ),
    NetworkField("price_output", "Price of output", Section.CALL, "For a million tokens.", nullable=True),
    NetworkField("currency", "Currency", Section.CALL, "A code of three letters, such as USD.", length=3),
    NetworkField("agents", "Agents"),
    NetworkField("schema", "Response schema"),
    NetworkField("guidance", "Guidance"),
    NetworkField("example", "Example"),
    NetworkField(
        "users_may_update_schema",
        "Who may change the schema",
        Section.SCHEMA,
        "People who are not staff may change it too, when they start something",
        is_flag=True,
    ),
)
"""In the order of the page. Those without a section are not plain: `forms` and the templates have code for each."""
PLAIN_TEXTS = tuple(
    one for one in NETWORK_FIELDS if one.section and one.section != Section.ENDPOINT and not one.is_flag
)
PLAIN_FLAGS = tuple(one for one in NETWORK_FIELDS if one.section and one.is_flag)
ENDPOINT_TEXTS = tuple(one for one in NETWORK_FIELDS if one.section == Section.ENDPOINT)
LABELS = {one.name: one.label for one in NETWORK_FIELDS}
