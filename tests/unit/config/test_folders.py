"""A folder is made where it is missing."""

from pathlib import Path

from tests.unit.config.conftest import read


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "b"
    assert read("folder", str(wanted), tmp_path) == (wanted, [])
    assert wanted.is_dir()


def test_nothing_is_the_default(nothing: str | None, tmp_path: Path) -> None:
    assert read("folder", nothing, tmp_path / "var") == (tmp_path / "var", [])


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _, problems = read("folder", str(tmp_path / "file" / "below"), tmp_path)
    refused = tmp_path / "file" / "below"
    assert problems == [f"NAME can’t be “{refused}”: Not a directory. Use a folder that can be made."]
