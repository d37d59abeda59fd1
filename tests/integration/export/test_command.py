"""`manage.py export_csv_batch` writes a whole file or none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from experiments.services import exports
from tests.integration.api.support import Draft, set_status
from tests.integration.export.support import complete
from tests.support.api import Api


@pytest.fixture
def done(api: Api) -> Draft:
    draft = Draft(api, api.ready(api.network(None), [["1", "first"], ["2", "second"]]))
    complete(draft)
    return draft


def test_the_file_is_that_of_the_api(done: Draft, tmp_path: Path) -> None:
    call_command("export_csv_batch", done.id, output=tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == done.api.export(done.id)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_an_export_that_breaks_leaves_the_old_file_and_no_half_one(
    done: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Iterator[bytes]:
        yield b"id,text\n1,fi"
        raise OSError(5, "Input/output error")

    (tmp_path / "out.csv").write_bytes(b"old")
    monkeypatch.setattr(exports, "export_chunks", broken)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_csv_batch", done.id, output=tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_batch_that_is_not_finished_is_refused_and_nothing_written(done: Draft, tmp_path: Path) -> None:
    set_status(done.id, "paused")
    with pytest.raises(CommandError, match="--partial"):
        call_command("export_csv_batch", done.id, output=tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(done: Draft, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        call_command("export_csv_batch", done.id, output=tmp_path / "no" / "out.csv")
