"""What the tests of the command share: a file, what is asked of it, what the server was sent."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.api import Api, numbered, to_csv
from tests.support.run_server import RunServer

BATCH_ID = re.compile(r"^Batch ([0-9a-f-]{36})\.", re.M)
TOPIC = "topic:choice(billing,delivery,praise,question)=What it is about"
FIELDS = ("--field", TOPIC, "--field", "score:integer(0..)?")
ASKED = ("--network", "net", "--map", "text=prompt", "--map", "id=system_param:row.id", *FIELDS)
CONCURRENCY = 4


def rows_file(folder: Path, rows: int) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(to_csv([["id", "text"], *numbered(rows)]))
    return path


def asked_of(api: Api, server: RunServer) -> tuple[str, ...]:
    """Options for a network that is the scripted server."""
    api.network(server)
    return ASKED


def batch_of(said: str) -> str:
    (found,) = BATCH_ID.findall(said)
    return str(found)


def calls_a_message(server: RunServer) -> Counter[str]:
    return Counter(call["user_message"] for call in server.ledger(bodies=False))


def sent(server: RunServer) -> list[str]:
    """What a row is called with, without what names its batch."""
    of_batch = ("experiment_id", "experiment_item_id")
    bodies: list[dict[str, Any]] = [call["body"] for call in server.ledger()]
    return sorted(json.dumps({k: v for k, v in one.items() if k not in of_batch}, sort_keys=True) for one in bodies)
