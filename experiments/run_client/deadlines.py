"""Ends calls at their deadline, or on request, by shutting the socket under them.

A socket time-out bounds one `recv`, so a server that sends a byte now and then is never caught by it. One thread per
process watches all calls; it starts with the first call, and again in a forked child.
"""

import contextlib
import math
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Literal

from experiments.run_client.held_bytes import Woken
from experiments.run_client.values import FailureReason

StopReason = Literal[FailureReason.DEADLINE, FailureReason.ABORTED]


class AbortHandle:
    """Ends the calls that were made with it, those in flight and those to come."""

    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True
        _watchdog.abort(self)


class Call:
    """One call in flight: until when (`time.monotonic`), over which socket, and why it was stopped."""

    def __init__(self, *, timeout_s: float, handle: AbortHandle | None = None) -> None:
        self.deadline = time.monotonic() + timeout_s
        self.handle = handle
        self.waited_s = 0.0
        self._most_wait_s = timeout_s
        self.connected = False
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._woken: Woken | None = None
        self._finished = False
        self._stopped: StopReason | None = None

    def attach(self, sock: socket.socket) -> None:
        """The call goes over this socket from now on. The socket gets a time-out too, should the watchdog be late."""
        sock.settimeout(max(0.0, self.deadline - time.monotonic()) + 5)
        with self._lock:
            self.connected = True
            self._sock = sock
            if self._stopped:
                _shut(sock)

    def stop(self, reason: StopReason) -> None:
        with self._lock:
            if self._finished or self._stopped:
                return
            self._stopped = reason
            if self._sock is not None:
                _shut(self._sock)
            if self._woken is not None:
                self._woken.put(None)

    def wait(self, woken: Woken) -> None:
        """Waits for something on this side. That is not the runtime's time: the deadline moves along, by as much as the
        time-out at most. Returns at once when the call is stopped."""
        with self._lock:
            if self._stopped:
                return
            self._woken = woken
        begun, deadline, most = time.monotonic(), self.deadline, self._most_wait_s - self.waited_s
        _watchdog.move(self, deadline + most)
        try:
            woken.get()
        finally:
            waited = min(time.monotonic() - begun, most)
            self.waited_s += waited
            _watchdog.move(self, deadline + waited)
            with self._lock:
                self._woken = None

    def finish(self) -> StopReason | None:
        """From now on nothing stops the call. Returns what stopped it; None where it ended by itself."""
        with self._lock:
            self._finished = True
            self._sock = None
            return self._stopped


def _shut(sock: socket.socket) -> None:
    # The method of the base class: an SSLSocket would first drop its TLS state under the thread that reads from it.
    # Shutting, not closing: the file number must not be reused while that thread still waits on it.
    with contextlib.suppress(OSError):  # already gone: nothing is left to end
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Watchdog:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Starts from nothing; a forked child has neither the parent's thread nor its calls."""
        self._changed = threading.Condition()
        self._calls: set[Call] = set()
        self._thread: threading.Thread | None = None
        self._wakes_at = math.inf

    @contextlib.contextmanager
    def watch(self, call: Call) -> Iterator[None]:
        with self._changed:
            self._calls.add(call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="run-client-watchdog", daemon=True)
                self._thread.start()
            elif call.deadline < self._wakes_at:
                self._changed.notify()
        try:
            if call.handle is not None and call.handle.aborted:
                call.stop(FailureReason.ABORTED)
            yield
        finally:
            call.finish()
            with self._changed:
                self._calls.discard(call)

    def move(self, call: Call, deadline: float) -> None:
        with self._changed:
            call.deadline = deadline
            if deadline < self._wakes_at:
                self._changed.notify()

    def abort(self, handle: AbortHandle) -> None:
        with self._changed:
            calls = [call for call in self._calls if call.handle is handle]
        for call in calls:
            call.stop(FailureReason.ABORTED)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for call in [call for call in self._calls if call.deadline <= now]:
                    self._calls.discard(call)
                    call.stop(FailureReason.DEADLINE)
                self._wakes_at = min((call.deadline for call in self._calls), default=math.inf)
                self._changed.wait(None if math.isinf(self._wakes_at) else max(0.0, self._wakes_at - now))


_watchdog = _Watchdog()
watch = _watchdog.watch
os.register_at_fork(after_in_child=_watchdog.reset)
