"""The address of whoever asks."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The address of the client, as the web server or our proxy saw it: headers from the client are not trusted.

    Behind one proxy (`BEHIND_PROXY`) that is the last entry of `X-Forwarded-For`, which the proxy itself wrote.
    None where no address is known (a unix socket without a proxy).
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return _parsed_ip(forwarded.rpartition(",")[2]) or _parsed_ip(request.META.get("REMOTE_ADDR", ""))


def _parsed_ip(text: str) -> str | None:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
