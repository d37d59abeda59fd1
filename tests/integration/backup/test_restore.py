"""A restore brings everything back, or changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import zstandard
from django.core.management import CommandError
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Queue, WorkerLease
from experiments.services.backup.archive import DATABASE, MANIFEST, Reader, written
from experiments.services.backup.manifest import Manifest
from tests.integration.backup.support import backup, everything, restore, site_with_a_batch
from tests.support.api import Api


@pytest.fixture
def file(api: Api, tmp_path: Path) -> Path:
    site_with_a_batch(api)
    path = tmp_path / "site.tar"
    backup(path)
    return path


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same backup with other contents, and the hashes of these."""
    target, manifest = path.with_name("other.tar"), b""
    with written(target) as archive:
        for name, content in Reader(path).parts():
            if name == MANIFEST:
                manifest = change(name, content.read())
            else:
                archive.add_bytes(name, change(name, content.read()))
        archive.end(Manifest.from_json(manifest))
    return target


def test_rows_and_files_come_back_after_one_question(api: Api, file: Path, monkeypatch: Any) -> None:
    before = everything()
    api.network(None, name="later")
    source = CsvBatch.objects.get().source
    source.storage.delete(source.name or "")
    asked = answering("yes", monkeypatch)
    said = restore(file, "--replace", ask=True)
    assert everything() == before
    assert (len(asked), "1 uploaded file" in said) == (1, True)


def test_nothing_is_changed_without_a_yes(file: Path, monkeypatch: Any) -> None:
    before = everything()
    answering("", monkeypatch)
    with pytest.raises(CommandError, match="Nothing was changed"):
        restore(file, "--replace", ask=True)
    assert everything() == before


def answering(answer: str, monkeypatch: Any) -> list[str]:
    """Answers each question with it; the questions."""
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    monkeypatch.setattr("builtins.input", ask)
    return asked


def test_data_is_replaced_only_where_one_says_so(file: Path) -> None:
    before = everything()
    with pytest.raises(CommandError, match="--replace"):
        restore(file)
    assert everything() == before


def test_a_failure_half_way_changes_nothing(file: Path) -> None:
    """Every table was made, most are filled."""

    def broken(name: str, content: bytes) -> bytes:
        if name != DATABASE:
            return content
        plain = zstandard.ZstdDecompressor().decompressobj().decompress(content)
        return zstandard.compress(plain + b"ALTER TABLE public.there_is_none ADD COLUMN x integer;\n")

    before, other = everything(), rewritten(file, broken)
    with pytest.raises(CommandError, match="there_is_none"):
        restore(other, "--replace")
    assert everything() == before


def test_one_of_a_newer_version_is_refused(file: Path) -> None:
    def newer(name: str, content: bytes) -> bytes:
        return content.replace(b'"0001_initial"', b'"0001_initial", "9999_later"', 1) if name == MANIFEST else content

    before, other = everything(), rewritten(file, newer)
    with pytest.raises(CommandError, match=r"9999_later.*Upgrade the site"):
        restore(other, "--replace")
    assert everything() == before


def test_it_is_refused_beside_a_worker(file: Path) -> None:
    now = timezone.now()
    lease = {"cluster": uuid4(), "host": "there", "pid": 1, "beat_at": now}
    WorkerLease.objects.create(id=uuid4(), until=now + timedelta(seconds=60), **lease)
    with pytest.raises(CommandError, match="Workers run on there"):
        restore(file, "--replace")
    assert Queue.objects.exists()
