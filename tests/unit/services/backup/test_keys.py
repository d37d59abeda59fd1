"""The keys of a backup come into force where nothing else says which to use."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from experiments.models import encryption
from experiments.services.backup.keys import Keys, field_keys, warning_without
from experiments.services.backup.manifest import marks_of

OURS, THEIRS = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def keys(*field: str) -> Keys:
    return Keys(json.dumps({"field_keys": field, "secret_key": "their secret"}).encode())


@pytest.fixture
def var(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR_DIR, settings.FIELD_KEYS = tmp_path, []
    monkeypatch.delenv("SECRET_KEY", raising=False)
    return tmp_path


def test_they_are_written_where_the_site_reads_them(var: Path) -> None:
    sealed = Fernet(THEIRS).encrypt(b"a token").decode()
    assert field_keys() != [THEIRS]
    assert keys(THEIRS).put_into_force() == []
    assert (var / "secret_key").read_text() == "their secret"
    assert (field_keys(), encryption.decrypt(sealed)) == ([THEIRS], "a token")
    assert stat.S_IMODE((var / "field_key").stat().st_mode) == 0o600


def test_those_that_were_there_are_kept(var: Path) -> None:
    (mine,) = field_keys()
    keys(THEIRS).put_into_force()
    assert [path.read_text() for path in var.glob("field_key.before-*")] == [mine]


def test_what_the_environment_sets_counts(var: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FIELD_KEYS, settings.SECRET_KEY = [OURS], "our secret"
    monkeypatch.setenv("SECRET_KEY", "our secret")
    said = keys(THEIRS).put_into_force()
    assert [sentence.split()[0] for sentence in said] == ["FIELD_KEYS", "SECRET_KEY"]
    assert list(var.iterdir()) == []
    settings.FIELD_KEYS, settings.SECRET_KEY = [OURS, THEIRS], "their secret"
    assert keys(THEIRS).put_into_force() == []


def test_several_keys_have_to_be_set(var: Path) -> None:
    (said,) = keys(THEIRS, OURS).put_into_force()
    assert said.startswith("FIELD_KEYS")


def test_a_site_without_any_of_the_keys_is_warned() -> None:
    assert "FIELD_KEYS" in warning_without(marks_of([THEIRS]), marks_of([OURS]))
    assert warning_without(marks_of([THEIRS, OURS]), marks_of([OURS])) == ""
    assert warning_without([], marks_of([OURS])) == ""
