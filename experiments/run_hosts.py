"""Which addresses the worker may call: those that the site's settings list, so that nobody reaches inwards by a URL."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from experiments.errors import InvalidInput

DEFAULT_PORTS = {"http": 80, "https": 443}


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
    if parts.username or parts.password:
        raise InvalidInput("Put the credential into run_token, not into the URL.", code="invalid_url", attr=attr)
    host = f"{parts.hostname}:{port}"
    if host in settings.RUN_HOSTS or (settings.RUN_HOSTS_LOOPBACK and is_loopback(parts.hostname)):
        return
    raise InvalidInput(
        f"The host {host} is not allowed. Add it to RUN_HOSTS (a list of host:port) and restart.",
        code="host_not_allowed",
        attr=attr,
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
