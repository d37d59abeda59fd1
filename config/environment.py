"""Reads settings from environment variables. A value that cannot be read stops the start: `verify` names them all.

    environment = Environment(os.environ)
    DEBUG = environment.flag("DEBUG")
    WORKERS = environment.number("WORKERS", 4, least=1)
    environment.verify()

An unset variable and an empty one mean the default. Secrets never appear in a sentence.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from experiments.core.formatting import count, quoted
from experiments.runtime.endpoint_headers import UnreadableHeaders, read_headers

ON = ("1", "true", "yes", "on")
OFF = ("0", "false", "no", "off")
WEB = ("http", "https")
LOG_LEVELS = tuple(logging.getLevelNamesMapping())
SHOWN_CHARACTERS = 60
SITE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)*")


class Form(NamedTuple):
    """How one part of a list is written, and a sentence that says so."""

    pattern: re.Pattern[str]
    allowed: str


HOST_NAME = Form(
    re.compile(r"\*|\.?[^\s/@:\[\]*]+|\[[0-9a-fA-F:.]+\]"),
    "Use host names without scheme or port, separated by commas.",
)
HOST_AND_PORT = Form(
    re.compile(r"([^\s/@:\[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}"), "Use host:port, several separated by commas."
)


class UnreadableEnvironment(ImproperlyConfigured):
    """Variables whose values cannot be read. The text has one line for each."""


class Environment:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def verify(self) -> None:
        """Raises `UnreadableEnvironment` with every problem found so far."""
        if self._problems:
            raise UnreadableEnvironment("\n".join(self._problems))

    def text(self, name: str, default: str = "") -> str:
        """As it was given: a secret may begin or end with a space."""
        return self._variables.get(name) or default

    def flag(self, name: str) -> bool:
        value = self._word(name)
        if value and value.lower() not in ON + OFF:
            self._report(name, value=value, allowed=f"Use {one_of(ON)}; or {one_of(OFF)}.")
        return value.lower() in ON

    def number(self, name: str, default: int, *, least: int, most: int | None = None) -> int:
        value = self._word(name)
        try:
            number = int(value or default)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            limits = f", {count(least)} or more" if most is None else f" from {count(least)} to {count(most)}"
            self._report(name, value=value, allowed=f"Use a whole number{limits}.")
            return default
        return number

    def decimal(self, name: str, default: float, *, least: float, most: float) -> float:
        value = self._word(name)
        try:
            number = float(value or default)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            self._report(name, value=value, allowed=f"Use a number from {least:g} to {most:g}.")
            return default
        return number

    def headers(self, name: str) -> dict[str, str]:
        """HTTP headers as a JSON object, or a line `name: value` for each. Values are never shown."""
        try:
            return read_headers(self.text(name))
        except UnreadableHeaders as error:
            self._problems.append(f"{name} can’t be used. {error}")
            return {}

    def choice(self, name: str, default: str, *, allowed: Sequence[str]) -> str:
        """One of `allowed`, in any case."""
        value = self._word(name) or default
        if value.upper() in allowed:
            return value.upper()
        self._report(name, value=value, allowed=f"Use {one_of(allowed)}.")
        return default

    def listed(self, name: str, *, form: Form | None = None) -> list[str]:
        """The parts between commas."""
        parts = [part.strip() for part in self._word(name).split(",") if part.strip()]
        for part in parts:
            if form and not form.pattern.fullmatch(part):
                self._report(name, value=part, allowed=form.allowed)
        return parts

    def fernet_keys(self, name: str) -> list[str]:
        keys = self.listed(name)
        for place, key in enumerate(keys, start=1):
            try:
                Fernet(key)
            except ValueError:
                allowed = "Use 32 bytes in URL-safe base64, as Fernet.generate_key() makes them."
                self._problems.append(f"{name}: key {place} of {len(keys)} isn’t a Fernet key. {allowed}")
        return keys

    def url(self, name: str, default: str = "", *, schemes: Sequence[str] = WEB) -> str:
        """A full address. User, password and query of one that cannot be read are not shown."""
        value = self._word(name) or default
        if value and not is_url(value, schemes=schemes):
            address = re.sub(".*@", "…@", value.partition("?")[0])
            beginnings = one_of([f"{scheme}://" for scheme in schemes])
            self._report(name, value=address, allowed=f"Use a full address, {beginnings} and a host.")
            return default
        return value

    def site_url(self, name: str, default: str) -> str:
        """Where the site is reached, a path below its host perhaps; without a slash at the end."""
        address = self.url(name, default).rstrip("/")
        if "?" in address or "#" in address or not SITE_PATH.fullmatch(urlsplit(address).path):
            allowed = "Use an address whose path has letters, digits, “.”, “_”, “~” and “-” only, and nothing after it."
            self._report(name, value=address.partition("?")[0], allowed=allowed)
            return default
        return address

    def service_url(self, name: str, *, schemes: Sequence[str], form: str) -> str:
        """Where a server is reached, with a password perhaps: nothing but the scheme is shown. A host may be missing:
        then the server is on this machine. `form` says how it is written."""
        value = self._word(name)
        if value and not is_url(value, schemes=schemes, needs_host=False):
            scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*)://", value)
            if scheme is None:
                problem = "has no scheme"
            else:
                problem = "isn’t an address" if scheme[1] in schemes else f"can’t begin with {quoted(scheme[0])}"
            self._problems.append(f"{name} {problem}. Use {form}, each part percent-encoded.")
            return ""
        return value

    def folder(self, name: str, default: Path) -> Path:
        """An absolute path. The folder is made where it is missing."""
        path = Path(self._word(name) or default).resolve()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._problems.append(f"{name} can’t be {quoted(path)}: {error.strerror}. Use a folder that can be made.")
        return path

    def _word(self, name: str) -> str:
        return self.text(name).strip()

    def _report(self, name: str, *, value: str, allowed: str) -> None:
        self._problems.append(f"{name} can’t be {quoted(value[:SHOWN_CHARACTERS])}. {allowed}")


def is_url(value: str, *, schemes: Sequence[str], needs_host: bool = True) -> bool:
    if any(sign.isspace() or not sign.isprintable() for sign in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname or not needs_host) and parts.port != 0
    except ValueError:  # a port that is no number, brackets without an address
        return False


def one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
