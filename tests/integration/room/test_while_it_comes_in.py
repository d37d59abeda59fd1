"""The disk is looked at while a file comes in, too: what another program takes meanwhile is not fought over."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from experiments.core.disk_space import DiskSpace, is_disk_full
from experiments.core.errors import NoRoom
from experiments.http.request_body import CompleteBodies
from tests.support.small_disk import MB, foreign_file, small_disk

SIZE = 10 * MB


class SlowBody(io.BytesIO):
    """A body in the middle of which another program writes: `meanwhile` is run once half of it was read."""

    def __init__(self, content: bytes, meanwhile: Any) -> None:
        super().__init__(content)
        self._half, self._meanwhile = len(content) // 2, meanwhile

    def read(self, size: int | None = -1) -> bytes:
        if self._meanwhile is not None and self.tell() > self._half:
            self._meanwhile()
            self._meanwhile = None
        return super().read(size)


@pytest.fixture
def disk(settings: Any) -> Iterator[Path]:
    with small_disk(20) as place:
        settings.FILE_UPLOAD_TEMP_DIR = str(place)
        yield place


def received(meanwhile: Any) -> Any:
    file = io.BytesIO(b"x" * SIZE)
    file.name = "x.csv"
    body = encode_multipart(BOUNDARY, {"file": file})
    request = RequestFactory().generic("POST", "/", b"replaced", MULTIPART_CONTENT)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = request.environ["wsgi.input"] = SlowBody(body, meanwhile)  # type: ignore[attr-defined]
    return request.FILES["file"]


def test_it_is_taken_while_there_is_room(disk: Path, settings: Any) -> None:
    settings.DISK_SPACE = DiskSpace((disk,), least=5 * MB)
    file = received(None)
    assert file.size == SIZE
    file.close()


@pytest.mark.parametrize(("leaving_mb", "error"), [(4, NoRoom), (0, OSError)])
def test_it_is_refused_when_another_program_takes_the_room(
    disk: Path, settings: Any, leaving_mb: int, error: type[Exception]
) -> None:
    """With some room left by us, and where nothing was left at all."""
    settings.DISK_SPACE = DiskSpace((disk,), least=5 * MB)
    with ExitStack() as programs:
        with pytest.raises(error) as refused:
            received(lambda: programs.enter_context(foreign_file(disk, leaving=leaving_mb * MB)))
        assert isinstance(refused.value, NoRoom) or is_disk_full(refused.value)
    assert [path.name for path in disk.iterdir()] == [], "nothing of it is left"


def test_the_fullest_of_several_disks_counts(disk: Path, tmp_path: Path) -> None:
    assert 15 * MB < DiskSpace((tmp_path, disk), 0).free <= 20 * MB
    assert DiskSpace((tmp_path,), 0).free > 20 * MB


def test_what_has_no_room_at_its_begin_is_not_read(disk: Path, settings: Any) -> None:
    settings.DISK_SPACE = DiskSpace((disk,), least=15 * MB)
    with pytest.raises(NoRoom):
        received(lambda: pytest.fail("half of it was read"))


def test_a_form_without_a_file_needs_no_room(disk: Path, settings: Any) -> None:
    settings.DISK_SPACE = DiskSpace((disk,), least=2**50)
    request = RequestFactory().post("/", {"username": "ann"})
    assert request.POST["username"] == "ann"


def test_a_body_in_chunks_that_finds_no_room_is_refused_with_that_reason(disk: Path, db: None) -> None:
    started: list[str] = []
    application = CompleteBodies(get_wsgi_application())
    environ = RequestFactory().generic("POST", "/api/csv_batches", b"", "application/json").environ
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(b"[" + b"1," * MB)}
    with foreign_file(disk):
        answer = b"".join(application(environ, lambda status, headers: started.append(status)))
    assert started == ["507 Insufficient Storage"]
    assert b'"no_space"' in answer
