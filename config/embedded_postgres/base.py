"""Django's PostgreSQL backend on the embedded server, which starts with the first connection."""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from config.embedded_postgres.server import USER, EmbeddedServer

_servers: dict[Path, EmbeddedServer] = {}


def server(data: Path) -> EmbeddedServer:
    """The one handle of this process on the server of `data`."""
    return _servers.setdefault(data, EmbeddedServer(data))


class DatabaseWrapper(base.DatabaseWrapper):
    """`HOST` of the settings is the data directory; a connection goes to the socket of its server."""

    def get_connection_params(self) -> dict[str, Any]:
        host = server(Path(self.settings_dict["HOST"])).ensure()
        return {**super().get_connection_params(), "host": host, "user": USER}
