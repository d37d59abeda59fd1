"""Headers that go with each request to a model's endpoint: as a person writes them, and which may be set."""

import json
import re
from collections.abc import Mapping

MAX_HEADERS = 20
MAX_CHARS = 4000
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_OURS = {
    *("host", "content-type", "content-length", "content-encoding", "accept-encoding", "transfer-encoding"),
    *("connection", "keep-alive", "proxy-authorization", "te", "trailer", "upgrade", "expect", "cookie"),
}
"""What the client writes itself, or what would change how the request is read."""


class UnreadableHeaders(ValueError):
    """The message is a sentence that names a header, and never a value."""


def read_headers(text: str) -> dict[str, str]:
    """Headers from a JSON object, or from lines `name: value`. Raises `UnreadableHeaders`.

    >>> read_headers("api-key: 123")
    {'api-key': '123'}
    """
    if not text.strip():
        return {}
    headers: dict[str, str] = {}
    if text.lstrip().startswith("{"):
        try:
            headers = json.loads(text)
        except ValueError:
            raise UnreadableHeaders('This isn’t JSON. Use {"name": "value"}, or a line name: value for each.') from None
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            name, colon, value = line.partition(":")
            if line.strip() and not colon:
                raise UnreadableHeaders(f"Line {number} has no colon. Use a line name: value for each header.")
            if line.strip():
                headers[name.strip()] = value.strip()
    check_headers(headers)
    return headers


def check_headers(headers: Mapping[str, object]) -> None:
    """Raises `UnreadableHeaders` where one of them cannot be sent."""
    if len(headers) > MAX_HEADERS:
        raise UnreadableHeaders(f"These are {len(headers)} headers. Use {MAX_HEADERS} at most.")
    if len({name.lower() for name in headers}) < len(headers):
        raise UnreadableHeaders("A header is named twice.")
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            shown = re.sub(r"[^ -~]", "?", name)[:40]
            raise UnreadableHeaders(f"“{shown}” can’t be the name of a header. Use letters, digits and hyphens.")
        if name.lower() in _OURS:
            raise UnreadableHeaders(f"The header {name} is written by the workbench. Leave it out.")
        if not isinstance(value, str) or not value or not (value.isascii() and value.isprintable()):
            raise UnreadableHeaders(f"The header {name} needs a value of printable ASCII characters.")
        if len(value) > MAX_CHARS or value != value.strip():
            raise UnreadableHeaders(f"The value of the header {name} is too long, or begins or ends with a space.")
