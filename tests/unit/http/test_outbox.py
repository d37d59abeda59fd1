"""What a client does not take at once is kept in order: in memory, then in a file without a name."""

import errno
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.core.disk_space import DiskSpace
from experiments.http.server.outbox import IN_MEMORY_BYTES, LOOK_EVERY_BYTES, Outbox, Spool


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


@pytest.fixture
def outbox(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> Iterator[Outbox]:
    made = Outbox(ends[0].fileno(), Spool(tmp_path, DiskSpace((tmp_path,), 0)))
    yield made
    made.close()


@pytest.fixture
def short(ends: tuple[socket.socket, socket.socket], tmp_path: Path) -> Iterator[Outbox]:
    """One on a disk of which more is to stay free than it has."""
    made = Outbox(ends[0].fileno(), Spool(tmp_path, DiskSpace((tmp_path,), 2**60)))
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


def test_where_the_disk_is_short_a_long_answer_breaks_off(short: Outbox) -> None:
    fill(short)
    with pytest.raises(OSError, match="No space left") as error:
        short.add(b"x" * 2 * LOOK_EVERY_BYTES)
    assert error.value.errno == errno.ENOSPC


def test_a_page_arrives_all_the_same(short: Outbox, ends: tuple[socket.socket, socket.socket]) -> None:
    sent = random.Random(5).randbytes(LOOK_EVERY_BYTES // 2)
    short.add(sent)
    assert taken(short, ends[1]) == sent


def test_a_client_that_is_gone_is_an_error(outbox: Outbox, ends: tuple[socket.socket, socket.socket]) -> None:
    ends[1].close()
    with pytest.raises(BrokenPipeError):
        outbox.add(b"x")
