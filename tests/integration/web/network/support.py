"""Networks, and their editor as a browser sends it."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from experiments.models import Network
from experiments.services import networks

SCHEMA = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
AGENTS = [
    {"key": "sorter", "display_name": "Sorter", "prompt": "Sort.", "is_default": True, "routes": ["writer"]},
    {"key": "writer", "display_name": "Writer", "prompt": "Write.", "allow_respond": True},
]


def network_of(name: str = "support", **values: Any) -> Network:
    return networks.save(network=None, values={"name": name, "agents": AGENTS, **values})


class _Form(HTMLParser):
    """The fields of the editor that a browser would send as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._text: str | None = None
        self._select = ""
        self._inside = False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = dict(pairs)
        name = attrs.get("name") or ""
        if tag == "form":
            self._inside = attrs.get("id") == "network-form"
        elif self._inside and tag == "select":
            self._select = name
        elif self._inside and tag == "option" and (self._select not in self.fields or "selected" in attrs):
            # The first one, where none is selected.
            self.fields[self._select] = [attrs.get("value") or ""]
        elif self._inside and tag == "textarea":
            self._text = name
            self.fields.setdefault(name, []).append("")
        elif self._inside and tag == "input" and (attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs):
            self.fields.setdefault(name, []).append(attrs.get("value") or ("" if "value" in attrs else "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][-1] += data


def form_of(html: str) -> dict[str, Any]:
    parser = _Form()
    parser.feed(html)
    # The first line end within a text area is markup.
    return {name: [value.removeprefix("\n") for value in values] for name, values in parser.fields.items()}


def edit_url(network: Network | None) -> str:
    return f"/networks/{network.pk}/edit/" if network else "/networks/new/"


def send(client: Client, network: Network | None, *, htmx: bool = False, act: str = "save", **typed: Any) -> Any:
    """Opens the editor, types over what `typed` names (None: unticks it) and presses `act`."""
    return resend(client, network, client.get(edit_url(network)).content.decode(), htmx=htmx, act=act, **typed)


def resend(
    client: Client, network: Network | None, html: str, *, htmx: bool = False, act: str = "save", **typed: Any
) -> Any:
    form = {**form_of(html), **{name.replace("__", "-"): value for name, value in typed.items()}}
    data = {name: value for name, value in form.items() if value is not None}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(edit_url(network), {**data, "act": act}, headers=headers)
