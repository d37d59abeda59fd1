"""What a client does not take at once is kept in order: in memory, then in a file without a name."""

import errno
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.http.server import outbox as module
from experiments.http.server.outbox import IN_MEMORY_BYTES, Outbox, has_room


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


@pytest.fixture
def outbox(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> Iterator[Outbox]:
    made = Outbox(ends[0].fileno(), tmp_path)
    yield made
    made.close()


def taken(outbox: Outbox, theirs: socket.socket) -> bytes:
    """All that the client gets, taking it bit by bit."""
    theirs.setblocking(False)
    got = b""
    while True:
        try:
            piece = theirs.recv(50_000)
        except BlockingIOError:
            outbox.send()
            if not outbox:
                try:
                    piece = theirs.recv(50_000)
                except BlockingIOError:
                    return got
            else:
                continue
        got += piece


@pytest.mark.parametrize("pieces", [1, 7, 400])
def test_all_of_it_comes_in_order(
    outbox: Outbox, ends: tuple[socket.socket, socket.socket], tmp_path: Path, pieces: int
) -> None:
    made = random.Random(pieces)
    wanted = b""
    with tempfile.TemporaryFile() as file:
        file.write(b"file" * 50_000)
        file.flush()
        for number in range(pieces):
            piece = made.randbytes(made.choice([0, 1, 1000, 100_000]))
            outbox.add(memoryview(piece))
            wanted += piece
            if number % 50 == 3:
                outbox.add_file(file, 4, 100_000)
                wanted += b"file" * 25_000
    assert list(tmp_path.iterdir()) == []
    assert taken(outbox, ends[1]) == wanted
    assert outbox.sent == len(wanted)


def test_a_little_is_kept_in_memory(outbox: Outbox, ends: tuple[socket.socket, socket.socket]) -> None:
    fill(outbox)
    before = set(os.listdir("/proc/self/fd"))
    outbox.add(b"x" * (IN_MEMORY_BYTES // 2))
    assert set(os.listdir("/proc/self/fd")) == before
    outbox.add(b"x" * IN_MEMORY_BYTES)
    assert len(os.listdir("/proc/self/fd")) == len(before) + 1
    outbox.close()
    assert set(os.listdir("/proc/self/fd")) == before


def fill(outbox: Outbox) -> None:
    """What the two ends hold themselves."""
    while not outbox:
        outbox.add(b"x" * 1000)


def test_where_the_disk_has_no_room_it_breaks_off(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "LEAST_FREE_SHARE", 2.0)
    monkeypatch.setattr(module, "LEAST_FREE_BYTES", 2**60)
    assert not has_room(tmp_path)
    fill(outbox)
    with pytest.raises(OSError, match="No space left") as error:
        outbox.add(b"x" * 2 * IN_MEMORY_BYTES)
    assert error.value.errno == errno.ENOSPC


def test_otherwise_there_is_room(tmp_path: Path) -> None:
    assert has_room(tmp_path)
    assert not has_room(tmp_path, 2**60)


def test_a_client_that_is_gone_is_an_error(outbox: Outbox, ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()
    with pytest.raises(BrokenPipeError):
        outbox.add(b"x")
