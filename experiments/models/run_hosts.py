"""Which addresses this site may call: those in its settings, so that nobody reaches internal hosts by a URL."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput

DEFAULT_PORTS = {"http": 80, "https": 443}
# Names as they are looked up, addresses as they are written; an underscore is common within container networks.
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")


def check_run_url(url: str, *, attr: str = "run_url") -> None:
    """`InvalidInput` where `url` is not an http(s) address of a listed host."""
    _check(url, settings.RUN_HOSTS, "RUN_HOSTS", attr=attr)


def check_endpoint_url(url: str, *, attr: str = "base_url") -> None:
    """The same for the endpoint of a model: a listed host, or the one of the site's own endpoint."""
    hosts = list(settings.OPENAI_HOSTS)
    if settings.OPENAI_BASE_URL:
        hosts.append(_address(settings.OPENAI_BASE_URL))
    _check(url, hosts, "OPENAI_HOSTS", attr=attr)


def check_webhook_url(url: str, *, attr: str = "url") -> None:
    """The same for the receiver of a webhook. People without rights to networks choose it, so it has its own list."""
    _check(url, settings.WEBHOOK_HOSTS, "WEBHOOK_HOSTS", attr=attr)


def _check(url: str, hosts: Sequence[str], setting: str, *, attr: str) -> None:
    problem = url_problem(url)
    if problem:
        raise InvalidInput(problem, code=ErrorCode.INVALID_URL, attr=attr)
    _, host, _ = _origin(url)
    assert host is not None
    address = _address(url)
    if address in map(str.lower, hosts) or (settings.RUN_HOSTS_LOOPBACK and is_loopback(host)):
        return
    raise InvalidInput(
        f"The host {address[-100:]} is not allowed. Add it to {setting} (a list of host:port) and restart.",
        code=ErrorCode.HOST_NOT_ALLOWED,
        attr=attr,
    )


def url_problem(url: str) -> str:
    """Why `url` is not an http(s) address with a plain host and no credential, as a sentence; "" where it is one."""
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in url):
        # Parsers differ about these: what is checked here must be what is called later.
        return "The URL has a space, a backslash or a control character."
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "This is not a URL."
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return "The URL must begin with http:// or https:// and name a host."
    if "@" in parts.netloc:
        return "Put the credential into its own field, not into the URL."
    if not HOST.fullmatch(parts.hostname):
        return "The host has characters that host names do not have. Write an international name in its xn-- form."
    return ""


def same_origin(one: str, other: str) -> bool:
    """Whether both addresses have the same scheme, host and port."""
    return _origin(one) == _origin(other)


def _address(url: str) -> str:
    """`host:port`, as the lists in the settings are written."""
    _, host, port = _origin(url)
    return f"[{host}]:{port}" if host and ":" in host else f"{host}:{port}"


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
