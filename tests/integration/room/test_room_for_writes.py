"""On a full disk what is kept back is given up for whoever writes, before that is tried."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from experiments.core import disk_space
from experiments.core.disk_space import DiskSpace, Reserve

pytestmark = pytest.mark.django_db
PASSWORD = {"username": "ann", "password": "correct horse"}


@pytest.fixture
def kept_back(tmp_path: Path, settings: Any) -> Path:
    """The file that keeps the room."""
    reserve = Reserve(tmp_path / "database.reserve")
    reserve.path.write_bytes(b"x")
    settings.DISK_SPACE = DiskSpace((tmp_path,), 1, reserve)
    return reserve.path


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less is free than would count as full."""
    monkeypatch.setattr(disk_space, "FULL_BYTES", 2**60)


@pytest.mark.parametrize(
    ("ask", "stays"),
    [
        (lambda visitor: visitor.post("/login/", PASSWORD), False),
        (lambda visitor: visitor.delete("/api/csv_batches/1"), False),
        (lambda visitor: visitor.get("/login/"), True),
    ],
)
def test_a_full_disk(kept_back: Path, full: None, ask: Callable[[Client], Any], stays: bool) -> None:
    ask(Client())
    assert kept_back.exists() == stays


def test_with_room_it_stays(kept_back: Path) -> None:
    Client().post("/login/", PASSWORD)
    assert kept_back.exists()


def test_a_database_elsewhere_has_none(settings: Any, tmp_path: Path, full: None) -> None:
    settings.DISK_SPACE = DiskSpace((tmp_path,), 1)
    assert Client().post("/login/", PASSWORD).status_code == 200
