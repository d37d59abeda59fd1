"""Bodies as clients send them."""

import http.client
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.browser.support.site import Site
from tests.support.api import Api, from_csv

JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
MB = 1024 * 1024


def form_with(content: bytes, *, name: str = "file", end: bytes = b"\r\n--b--\r\n") -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
    return head.encode() + content + end


def pieces(body: bytes) -> Iterator[bytes]:
    """What `requests` sends in chunks, because it cannot know how long it will be."""
    for start in range(0, len(body), MB):
        yield body[start : start + MB]


@dataclass
class Sender:
    """Calls about one batch, with a token unless `headers` says otherwise."""

    site: Site
    api: Api
    batch: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = self.headers or {"Authorization": self.api.client._credentials["HTTP_AUTHORIZATION"]}

    def chunked(self, method: str, call: str, body: bytes, content_type: str = JSON) -> tuple[int, Any]:
        headers = {**self.headers, "Content-Type": content_type}
        address = f"{self.site.url}/api/csv_batches/{self.batch}{call}"
        response = requests.request(method, address, data=pieces(body), headers=headers, timeout=60)
        return response.status_code, response.json()

    def post(self, path: str, body: bytes, content_type: str, *, length: int | None = None) -> tuple[int, bytes]:
        """With `length` more bytes are announced than come: the client says no more, and listens."""
        with socket.create_connection(("127.0.0.1", self.site.port), timeout=60) as line:
            lines = [
                f"POST {path} HTTP/1.1",
                f"Host: 127.0.0.1:{self.site.port}",
                f"Content-Type: {content_type}",
                f"Content-Length: {length or len(body)}",
                *(f"{name}: {value}" for name, value in self.headers.items()),
                *("", ""),
            ]
            line.sendall("\r\n".join(lines).encode() + body)
            line.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(line)
            response.begin()
            return response.status, response.read()

    def rows(self) -> list[list[str]]:
        """The batch as it is stored, with its header."""
        return from_csv(self.api.export(self.batch, partial=1, metadata=0, delimiter=","))


def error_of(body: bytes | Any) -> tuple[str, str]:
    """Code and words of the only error of an answer."""
    (error,) = (json.loads(body) if isinstance(body, bytes) else body)["errors"]
    return error["code"], error["detail"]
