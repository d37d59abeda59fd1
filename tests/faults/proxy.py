"""A way to the test database that can turn into a hole: it takes bytes and passes none on, and says nothing."""

import select
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import quote

from django.db import connection


class Link:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.swallows = False
        self._ends = {client: server, server: client}
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        open_ends = list(self._ends)
        with suppress(OSError):
            while open_ends:
                readable, _, _ = select.select(open_ends, [], [])
                for end in readable:
                    data = end.recv(65536)
                    if data and not self.swallows:
                        self._ends[end].sendall(data)
                    elif not data and not self.swallows:
                        self.close()
                        return
                    elif not data:
                        # Not even the end of one side is told to the other.
                        open_ends.remove(end)

    def close(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Proxy:
    """Listens on loopback while it is entered; `url` is what a worker is given as its database."""

    def __enter__(self) -> Self:
        connection.ensure_connection()
        info = connection.connection.info
        self._to = info.host, info.port
        self._database = f"{quote(info.user)}:{quote(info.password or '')}", quote(info.dbname)
        self._links: list[Link] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        user, name = self._database
        return f"postgresql://{user}@127.0.0.1:{self._listener.getsockname()[1]}/{name}"

    def swallow(self) -> int:
        """From now on the connections that are open pass nothing on, in neither direction; how many those are."""
        links = list(self._links)
        for link in links:
            link.swallows = True
        return len(links)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._links.append(Link(client, self._server()))

    def _server(self) -> socket.socket:
        host, port = self._to
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An accept that waits is woken by a shutdown, not by a close.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in self._links:
            link.close()
