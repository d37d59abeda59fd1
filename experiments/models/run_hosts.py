"""Which addresses the worker may call: those in the site's settings, so that nobody reaches internal hosts by a URL."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput

DEFAULT_PORTS = {"http": 80, "https": 443}
# Names as they are looked up, addresses as they are written; an underscore is common within container networks.
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")


def check_run_url(url: str, *, attr: str = "run_url") -> None:
    """`InvalidInput` where `url` is not an http(s) address of a listed host."""
    problem = url_problem(url)
    if problem:
        raise InvalidInput(problem, code=ErrorCode.INVALID_URL, attr=attr)
    _, host, port = _origin(url)
    assert host is not None
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if address in map(str.lower, settings.RUN_HOSTS) or (settings.RUN_HOSTS_LOOPBACK and is_loopback(host)):
        return
    raise InvalidInput(
        f"The host {address[-100:]} is not allowed. Add it to RUN_HOSTS (a list of host:port) and restart.",
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
        return "Put the credential into run_token, not into the URL."
    if not HOST.fullmatch(parts.hostname):
        return "The host has characters that host names do not have. Write an international name in its xn-- form."
    return ""


def same_origin(one: str, other: str) -> bool:
    """Whether both addresses have the same scheme, host and port."""
    return _origin(one) == _origin(other)


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
