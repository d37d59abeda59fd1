"""An address as a request needs it, read once for each."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import requests
from urllib3.util import parse_url

KEPT = 256  # addresses; each of them has a queue's network


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is called: connections are kept for each."""

    scheme: Literal["http", "https"]
    host: str
    port: int | None


@dataclass(frozen=True, slots=True)
class Address:
    """`path` with its query, escaped; `authorization` of the name and password in the address."""

    origin: Origin
    path: str
    authorization: str | None = field(repr=False)


@lru_cache(KEPT)
def address_of(url: str) -> Address:
    """Raises what `requests` and `urllib3` raise where it is none that can be called."""
    prepared = requests.Request("POST", url).prepare()
    parts = parse_url(str(prepared.url))
    if parts.scheme not in ("http", "https") or not parts.host:
        raise requests.exceptions.InvalidSchema("neither http nor https")
    origin = Origin("https" if parts.scheme == "https" else "http", parts.host.strip("[]"), parts.port)
    return Address(origin, parts.request_uri, prepared.headers.get("Authorization"))
