"""A backup is read as it was written, or refused."""

import io
import stat
import tarfile
from pathlib import Path

import pytest

from experiments.services.backup.archive import MANIFEST, SUFFIXES, Reader, written
from experiments.services.backup.errors import BackupError
from experiments.services.backup.manifest import Manifest

FILE = b"id,text\n" + b"1,some text\n" * 5000


def manifest() -> Manifest:
    return Manifest(made_at="2026-11-28", server="18.4", schema="public", migrations={"app": ["0001"]}, field_keys=[])


@pytest.fixture(params=SUFFIXES)
def backup(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"backup{request.param}"
    with written(path) as archive:
        archive.add("media/a.csv", io.BytesIO(FILE), len(FILE))
        archive.add_bytes("keys.json", b"{}")
        archive.end(manifest())
    return path


def test_it_comes_back_as_it_was_written(backup: Path) -> None:
    read = Reader(backup).checked()
    assert (read.migrations, sorted(read.parts)) == ({"app": ["0001"]}, ["keys.json", "media/a.csv"])
    assert {name: file.read() for name, file in Reader(backup).parts()}["media/a.csv"] == FILE


def test_its_owner_alone_reads_it(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_damaged_one_is_refused(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    place = content.find(b"some") if backup.suffix == ".tar" else len(content) // 3
    content[place] ^= 1
    backup.write_bytes(content)
    with pytest.raises(BackupError, match=r"damaged|isn’t a backup"):
        Reader(backup).checked()


def test_one_that_was_cut_is_refused(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    with pytest.raises(BackupError, match="only"):
        Reader(backup).checked()


def test_one_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"Couldn’t write"), written(tmp_path / "backup.tar") as archive:
        archive.add("media/a.csv", (tmp_path / "backup.tar").open("rb"), 10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["media/../../etc/passwd", "/etc/passwd", "other.txt"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "backup.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupError, match="has a part"):
        Reader(path).checked()


def test_a_link_is_refused(tmp_path: Path) -> None:
    path, link = tmp_path / "backup.tar", tarfile.TarInfo("media/a.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(path, "w") as tar:
        tar.addfile(link)
    with pytest.raises(BackupError, match="has a part"):
        Reader(path).checked()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"format": 1}', b'{"format": "x", "parts": {}}'])
def test_a_manifest_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(BackupError, match=MANIFEST):
        Manifest.from_json(content)


def test_one_of_a_newer_form_is_refused() -> None:
    newer = manifest()
    newer.format += 1
    with pytest.raises(BackupError, match="newer version"):
        Manifest.from_json(newer.to_json())
