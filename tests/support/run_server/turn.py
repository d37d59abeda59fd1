"""One request, and the ways to answer it or to keep it waiting."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.support.run_server.remote import Remote


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def keep_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"

    def json(self) -> Any:
        return json.loads(self.raw or b"{}")


class ClientLeft(Exception):
    """The client closed the connection before it had its answer."""


@dataclass
class Turn:
    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    body: dict[str, Any] = field(default_factory=dict)
    remote: Remote | None = None
    status: int | None = None
    keep_open: bool = True

    async def wait_for(self, awaitable: Awaitable[Any]) -> None:
        """Waits, and raises ClientLeft as soon as the client goes."""
        waiting = asyncio.ensure_future(awaitable)
        leaving = asyncio.ensure_future(self.reader.read(1))
        done, pending = await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        if waiting not in done:
            raise ClientLeft

    def answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, length: int | None = None
    ) -> None:
        """Sends a whole answer; `length` is the Content-Length where that is to be another than the true one."""
        self.send(
            self.head(status, {"Content-Length": str(len(body) if length is None else length), **(headers or {})})
        )
        self.send(body)

    def head(self, status: int, headers: dict[str, str]) -> bytes:
        self.status = status
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = "Other"
        lines = [f"HTTP/1.1 {status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in ({"Content-Type": "application/json"} | headers).items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def drip(self, data: bytes, interval_s: float) -> None:
        """One byte at a time, then for ever the last one, until the client goes."""
        sent = 0
        while True:
            self.send(data[min(sent, len(data) - 1) :][:1])
            sent += 1
            await self.wait_for(asyncio.sleep(interval_s))

    def reset(self) -> None:
        """Ends the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        self.keep_open = False
