"""Files that a killed process left: deleted when they are old and nobody has them, never otherwise."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from csv_batches.models import FOLDER, CsvBatch, Upload
from csv_batches.services import uploaded_files
from experiments.services import stored_files
from tests.support.api import Api, numbered

CSV = b"id,text\n1,a\n"


@pytest.fixture
def old(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own, in which every file is old at once: no clock can be set back for a ctime."""
    settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "media", tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    monkeypatch.setattr(stored_files, "LEFT_AFTER_S", -1.0)
    return tmp_path


RECEIVES_AND_IS_KILLED = """
import os, sys, tempfile, fcntl
file = tempfile.NamedTemporaryFile(suffix=".upload", dir=sys.argv[1], delete=False)
fcntl.flock(file.fileno(), fcntl.LOCK_SH)
file.write(b"half of it"); file.flush()
os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_received_is_deleted(old: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", RECEIVES_AND_IS_KILLED, str(old / "uploads")])
    assert ended.returncode == -9
    assert len(list((old / "uploads").iterdir())) == 1
    assert stored_files.delete_left_behind() == 1
    assert list((old / "uploads").iterdir()) == []


def test_one_that_somebody_receives_just_now_stays(old: Path) -> None:
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("x.csv", CSV)})
    file = request.FILES["file"]
    assert stored_files.delete_left_behind() == 0
    assert Path(file.temporary_file_path()).read_bytes() == CSV  # type: ignore[attr-defined]
    request.close()
    assert list((old / "uploads").iterdir()) == [], "it ends with its request"


def test_one_that_is_young_stays(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    path = old / "uploads" / "young.upload"
    path.write_bytes(CSV)
    # Whatever time it was given: it came there a moment ago.
    os.utime(path, (0, 0))
    assert list(stored_files.old_files(path.parent)) == []
    assert time.time() - path.stat().st_ctime < stored_files.LEFT_AFTER_S


def test_a_stored_file_that_belongs_to_nothing_is_deleted_and_others_stay(api: Api, old: Path) -> None:
    batch = api.ready(api.network(None), numbered(2))
    owner = CsvBatch.objects.get(pk=batch).created_by
    upload = Upload(owner=owner, name="y.csv", size=5, state="failed")
    upload.file.save("y.csv", SimpleUploadedFile("y.csv", CSV))
    folder = old / "media" / FOLDER
    (folder / "stored-before-its-process-was-killed.csv").write_bytes(CSV)
    assert len(list(folder.iterdir())) == 3
    assert uploaded_files.delete_unknown() == 1
    assert {path.name for path in folder.iterdir()} == {
        Path(CsvBatch.objects.get(pk=batch).source.name).name,
        Path(upload.file.name or "").name,
    }


def test_without_any_file_there_is_nothing_to_do(old: Path, db: None) -> None:
    assert (uploaded_files.delete_unknown(), stored_files.delete_left_behind()) == (0, 0)


def test_a_lock_of_another_process_is_seen(old: Path) -> None:
    path = old / "uploads" / "x.upload"
    path.write_bytes(CSV)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        assert stored_files.delete_left_behind() == 0
    assert stored_files.delete_left_behind() == 1
