"""Which addresses the worker may call: those that the site's settings list, so that nobody reaches inwards by a URL."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings

from experiments.core.errors import InvalidInput

DEFAULT_PORTS = {"http": 80, "https": 443}
# Names as they are looked up, addresses as they are written; an underscore is common within container networks.
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")


def check_run_url(url: str, *, attr: str = "run_url") -> None:
    """`InvalidInput` where `url` is not an http(s) address of a listed host."""
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in url):
        # Parsers differ about these: what is checked here must be what is called later.
        raise InvalidInput("The URL has a space, a backslash or a control character.", code="invalid_url", attr=attr)
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        raise InvalidInput("This is not a URL.", code="invalid_url", attr=attr) from None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise InvalidInput(
            "The URL must begin with http:// or https:// and name a host.", code="invalid_url", attr=attr
        )
    if "@" in parts.netloc:
        raise InvalidInput("Put the credential into run_token, not into the URL.", code="invalid_url", attr=attr)
    if not HOST.fullmatch(parts.hostname):
        raise InvalidInput(
            "The host has characters that host names do not have. Write an international name in its xn-- form.",
            code="invalid_url",
            attr=attr,
        )
    host = f"[{parts.hostname}]:{port}" if ":" in parts.hostname else f"{parts.hostname}:{port}"
    if host in map(str.lower, settings.RUN_HOSTS) or (settings.RUN_HOSTS_LOOPBACK and is_loopback(parts.hostname)):
        return
    raise InvalidInput(
        f"The host {host[-100:]} is not allowed. Add it to RUN_HOSTS (a list of host:port) and restart.",
        code="host_not_allowed",
        attr=attr,
    )


def same_origin(one: str, other: str) -> bool:
    """Whether both addresses are of one scheme, host and port."""
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
