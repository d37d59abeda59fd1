"""Replies for calls that got no HTTP answer. The sentences are written here: those of the libraries quote headers."""

import os
import ssl
from collections.abc import Iterator
from http.client import HTTPException, RemoteDisconnected
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as u3

from experiments.run_client.deadlines import StopReason
from experiments.run_client.values import Reason, RunReply, RunTarget

BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    u3.LocationValueError,
    UnicodeError,
)
UNREADABLE = (u3.IncompleteRead, u3.DecodeError, u3.InvalidChunkLength, u3.InvalidHeader)


def failure_of(error: Exception | None, *, target: RunTarget, connected: bool, stopped: StopReason | None) -> RunReply:
    """The reply for an exchange that ended in `error`, or that the watchdog `stopped`. All are worth a new attempt."""
    if stopped == "aborted":
        return failed("connection", "aborted", "The call was ended because the worker stops.")
    if stopped == "deadline":
        return _too_late(target)
    causes = list(_causes(error)) if error is not None else []
    if not connected:
        return _not_connected(causes, target)
    if any(isinstance(cause, TimeoutError | u3.TimeoutError) for cause in causes):
        return _too_late(target)
    if any(isinstance(cause, UNREADABLE) for cause in causes):
        return failed("bad_response", "garbled", "The answer is incomplete or damaged: its body could not be read.")
    if any(_is_not_http(cause) for cause in causes):
        return failed("bad_response", "garbled", f"{where(target)} answered, but not with HTTP.")
    return failed("connection", "dropped", f"{where(target)} broke the connection before its answer was complete.")


def failed(error_code: str, reason: Reason, message: str) -> RunReply:
    return RunReply(error_code=error_code, reason=reason, message=message, transient=True)


def where(target: RunTarget) -> str:
    """Scheme, host and port: the rest of an address may hold a secret."""
    try:
        parts = urlsplit(target.url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The run URL"
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "The run URL"


def _not_connected(causes: list[BaseException], target: RunTarget) -> RunReply:
    place = where(target)
    if any(isinstance(cause, u3.NameResolutionError) for cause in causes):
        return failed("connection", "dns", f"The host name of {place} cannot be resolved.")
    if any(isinstance(cause, ssl.SSLError | u3.SSLError) for cause in causes):
        return failed("connection", "tls", f"No secure connection to {place}: {_tls_words(causes)}.")
    if any(isinstance(cause, BAD_ADDRESS) for cause in causes):
        return failed("connection", "address", f"{place} is not an address that can be called.")
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return failed("connection", "connect", f"{place} could not be reached in time.")
    return failed("connection", "connect", f"{place} could not be reached: {_os_words(causes)}.")


def _too_late(target: RunTarget) -> RunReply:
    return failed("timeout", "deadline", f"No complete answer within {target.timeout_s:g} s.")


def _is_not_http(cause: BaseException) -> bool:
    # A peer that closes before the status line is reported as a bad status line, too.
    return isinstance(cause, HTTPException) and not isinstance(cause, RemoteDisconnected)


def _tls_words(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not accepted ({cause.verify_message})"
    return "the server does not answer in TLS, or not in a version that is accepted"


def _os_words(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()
    return "no connection"


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The error and what it wraps: the libraries keep the cause in `reason`, in `args` or in the exception chain."""
    yield error
    if depth == 6:
        return
    inner = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
    for cause in inner:
        if isinstance(cause, BaseException):
            yield from _causes(cause, depth + 1)
