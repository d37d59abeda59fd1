"""What people upload is read by the site alone, whatever the umask."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from csv_batches.models import CsvBatch
from experiments.services import stored_files
from tests.support.api import Api, numbered
from tests.support.worker import ROOT


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_kept_file_and_its_folders_are_private(api: Api, umask: int, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    source = Path(CsvBatch.objects.get(pk=api.ready(api.network(None), numbered(2))).source.path)
    assert (mode(source), mode(source.parent), mode(settings.MEDIA_ROOT)) == (0o600, 0o700, 0o700)


def test_the_site_makes_its_folders_private_at_its_start(umask: int, tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir(mode=0o755)
    (tmp_path / "uploads").chmod(0o755)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", "from django.conf import settings; settings.DEBUG"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    assert (mode(tmp_path / "uploads"), mode(tmp_path / "media")) == (0o700, 0o700)


def test_those_of_an_older_version_are_put_right(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "media", tmp_path / "uploads"
    folder = settings.MEDIA_ROOT / "csv_batches"
    folder.mkdir(parents=True)
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    file, elsewhere = folder / "x.csv", tmp_path / "elsewhere"
    file.write_bytes(b"a\n1\n")
    elsewhere.write_bytes(b"not ours")
    file.chmod(0o644)
    folder.chmod(0o755)
    elsewhere.chmod(0o644)
    (folder / "link.csv").symlink_to(elsewhere)
    stored_files.make_files_private()
    assert (mode(file), mode(folder), mode(elsewhere)) == (0o600, 0o700, 0o644)
