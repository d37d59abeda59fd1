"""Signals between processes survive the death of any of them."""

import multiprocessing
import os
import signal
import time
from typing import Any

import psutil

from experiments.worker.ipc import Flag, Mailbox, Timer

fork = multiprocessing.get_context("fork")


def read_one(mailbox: Mailbox, seen: Any) -> None:
    seen.value = mailbox.get()
    time.sleep(60)


def test_a_reader_killed_while_it_waits_takes_nothing_along() -> None:
    mailbox = Mailbox()
    idle = fork.Process(target=mailbox.get)
    idle.start()
    assert idle.pid is not None
    while psutil.Process(idle.pid).status() != psutil.STATUS_SLEEPING:
        time.sleep(0.01)
    os.kill(idle.pid, signal.SIGKILL)
    idle.join()
    seen = Timer(0)
    reader = fork.Process(target=read_one, args=(mailbox, seen))
    reader.start()
    mailbox.put(7)
    deadline = time.monotonic() + 10
    while seen.value != 7 and time.monotonic() < deadline:
        time.sleep(0.02)
    reader.kill()
    assert seen.value == 7


def test_each_message_reaches_one_reader() -> None:
    mailbox = Mailbox()
    for number in range(5):
        mailbox.put(number)
    assert not mailbox.empty()
    assert [mailbox.get() for _ in range(5)] == [0, 1, 2, 3, 4]
    assert mailbox.empty()


def test_a_message_too_large_loses_its_result_and_not_its_acknowledgement() -> None:
    mailbox = Mailbox()
    mailbox.put({"ack_id": 3, "result": "x" * 10_000_000})
    task = mailbox.get()
    assert task["ack_id"] == 3
    assert set(task["result"]) == {"x"}


def wait_for_stop(mailbox: Mailbox, got: Timer) -> None:
    got.value = 1 if mailbox.get() == "STOP" else 2


def orphan(got: Timer) -> None:
    mailbox = Mailbox()
    fork.Process(target=wait_for_stop, args=(mailbox, got)).start()
    os._exit(0)


def test_a_reader_whose_parent_is_gone_is_told_to_stop() -> None:
    got = Timer(0)
    parent = fork.Process(target=orphan, args=(got,))
    parent.start()
    parent.join()
    deadline = time.monotonic() + 10
    while got.value == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert got.value == 1


def test_a_flag_set_in_one_process_is_seen_in_another() -> None:
    flag = Flag()
    process = fork.Process(target=flag.set)
    process.start()
    assert flag.wait(10)
    process.join()
    assert not Flag().wait(0.01)
