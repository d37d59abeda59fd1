"""Room on the disk: how much stays free, what is kept back, and which errors say that there is none."""

import errno
import shutil
from pathlib import Path

import pytest

from experiments.core import disk_space
from experiments.core.disk_space import MB, DiskSpace, default_least, is_disk_full, reserve_of
from experiments.core.errors import NoRoom


def free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def test_so_much_stays_free_where_nobody_says_how_much(tmp_path: Path) -> None:
    assert 128 * MB <= default_least(tmp_path) <= 1024 * MB


def test_what_fits_is_taken_and_what_does_not_is_refused(tmp_path: Path) -> None:
    disk = DiskSpace((tmp_path,), least=free(tmp_path) // 2)
    disk.refuse_when_short()
    with pytest.raises(NoRoom) as refused:
        disk.refuse_when_short(more=free(tmp_path))
    assert (refused.value.status, refused.value.code) == (507, "no_space")
    assert not disk.is_short


def test_zero_is_no_bound(tmp_path: Path) -> None:
    DiskSpace((tmp_path,), least=0).refuse_when_short(more=2**60)


def test_a_folder_that_is_not_there_yet_does_not_count(tmp_path: Path) -> None:
    assert DiskSpace((tmp_path, tmp_path / "later"), least=1).free > 0


def test_rows_that_pass_are_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_space, "LOOK_EVERY_ROWS", 3)
    assert list(DiskSpace((tmp_path,), least=1).watched("abcdef")) == list("abcdef")
    passed: list[str] = []
    with pytest.raises(NoRoom):
        passed.extend(DiskSpace((tmp_path,), least=2**60).watched("abcdef"))
    assert passed == ["a", "b"]


def test_beside_a_database_a_file_needs_room_for_its_rows(tmp_path: Path) -> None:
    least = free(tmp_path) - 64 * MB - 60 * MB
    reserve = reserve_of(tmp_path / "postgres")
    DiskSpace((tmp_path,), least).refuse_file(20 * MB)
    with pytest.raises(NoRoom):
        DiskSpace((tmp_path,), least, reserve).refuse_file(20 * MB)


def test_a_reserve_is_made_where_there_is_room_and_does_not_count_as_free(tmp_path: Path) -> None:
    reserve = reserve_of(tmp_path / "postgres")
    disk = DiskSpace((tmp_path,), 1, reserve)
    assert reserve.lacks == 64 * MB
    disk.look_after_reserve()
    assert (reserve.lacks, reserve.path.stat().st_size) == (0, 64 * MB)
    assert reserve.path.stat().st_mode & 0o777 == 0o600
    disk.when_full()
    assert not reserve.path.exists()
    assert [path.name for path in tmp_path.iterdir()] == []


def test_no_reserve_is_made_where_it_would_take_what_must_stay_free(tmp_path: Path) -> None:
    reserve = reserve_of(tmp_path / "postgres")
    DiskSpace((tmp_path,), 2**60, reserve).look_after_reserve()
    assert reserve.lacks == 64 * MB


class PostgresError(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


def raised_from(cause: BaseException) -> BaseException:
    try:
        raise ValueError from cause
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        PostgresError("53100"),
        raised_from(PostgresError("53100")),
        raised_from(raised_from(OSError(errno.ENOSPC, ""))),
    ],
)
def test_these_say_that_the_disk_is_full(error: BaseException, tmp_path: Path) -> None:
    assert is_disk_full(error)
    with pytest.raises(NoRoom), DiskSpace((tmp_path,), 0).refusing_when_full():
        raise error


@pytest.mark.parametrize(
    "error",
    [None, OSError(errno.EACCES, ""), PostgresError("53200"), raised_from(OSError(errno.EPIPE, "")), ValueError()],
)
def test_these_do_not(error: BaseException | None, tmp_path: Path) -> None:
    assert not is_disk_full(error)
    if error is not None:
        with pytest.raises(type(error)), DiskSpace((tmp_path,), 0).refusing_when_full():
            raise error
