"""A backup holds the keys only where that was asked for, and never takes the place of another file."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from csv_batches.models import CsvBatch
from experiments.services.backup.archive import KEYS, Reader
from tests.integration.backup.support import backup, site_with_a_batch
from tests.support import paths
from tests.support.api import Api


def parts(path: Path) -> dict[str, bytes]:
    return {name: file.read() for name, file in Reader(path).parts()}


def test_keys_are_in_it_where_one_says_so(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    without, with_keys = tmp_path / "without.tar", tmp_path / "with.tar"
    assert "FIELD_KEYS" in backup(without)
    assert "whoever has the file" in backup(with_keys, "--with-keys")
    assert KEYS not in parts(without)
    for secret in (paths.FIELD_KEY, settings.SECRET_KEY):
        assert secret.encode() not in without.read_bytes()
    assert json.loads(parts(with_keys)[KEYS]) == {"field_keys": [paths.FIELD_KEY], "secret_key": settings.SECRET_KEY}


def test_a_file_that_rows_name_and_that_is_gone_is_told(api: Api, tmp_path: Path) -> None:
    site_with_a_batch(api)
    source = CsvBatch.objects.get().source
    source.storage.delete(source.name or "")
    assert f"1 uploaded file that rows name can’t be found: {source.name}" in backup(tmp_path / "site.tar")


@pytest.mark.parametrize("name", ["site.zip", "there.tar"])
def test_names_that_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "there.tar").write_text("something else")
    with pytest.raises(CommandError, match=r"must end in|there already"):
        backup(tmp_path / name)
    assert (tmp_path / "there.tar").read_text() == "something else"
