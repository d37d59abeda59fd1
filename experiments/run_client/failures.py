"""Replies for calls that got no HTTP answer. The sentences are written here: those of the libraries quote headers."""

import os
import ssl
from collections.abc import Iterator
from http.client import HTTPException, RemoteDisconnected
from urllib.parse import urlsplit

import requests
from urllib3 import exceptions as u3

from experiments.core.choices import RowError
from experiments.run_client.deadlines import StopReason
from experiments.run_client.values import FailureReason, RunReply, RunTarget

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
    if stopped == FailureReason.ABORTED:
        return failed(RowError.CONNECTION, FailureReason.ABORTED, "The call was ended because the worker stops.")
    if stopped == FailureReason.DEADLINE:
        return _timed_out(target)
    causes = list(_causes(error)) if error is not None else []
    if not connected:
        return _not_connected(causes, target)
    if any(isinstance(cause, TimeoutError | u3.TimeoutError) for cause in causes):
        return _timed_out(target)
    if any(isinstance(cause, UNREADABLE) for cause in causes):
        message = "The answer is incomplete or damaged: its body could not be read."
        return failed(RowError.BAD_RESPONSE, FailureReason.GARBLED, message)
    # A peer that closes before the status line is reported as a bad status line, too.
    if any(isinstance(cause, HTTPException) and not isinstance(cause, RemoteDisconnected) for cause in causes):
        return failed(RowError.BAD_RESPONSE, FailureReason.GARBLED, f"{where(target.url)} answered, but not with HTTP.")
    message = f"{where(target.url)} broke the connection before its answer was complete."
    return failed(RowError.CONNECTION, FailureReason.DROPPED, message)


def failed(error_code: RowError, reason: FailureReason, message: str) -> RunReply:
    return RunReply(error_code=error_code, reason=reason, message=message, transient=True)


def where(address: str) -> str:
    """Scheme, host and port: the rest of an address may hold a secret."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The run URL"
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.hostname else "The run URL"


def _timed_out(target: RunTarget) -> RunReply:
    message = f"No complete answer within {target.timeout_s:g} s."
    return failed(RowError.TIMEOUT, FailureReason.DEADLINE, message)


def _not_connected(causes: list[BaseException], target: RunTarget) -> RunReply:
    url = where(target.url)
    if any(isinstance(cause, u3.NameResolutionError) for cause in causes):
        reason, message = FailureReason.DNS, f"The host name of {url} cannot be resolved."
    elif any(isinstance(cause, ssl.SSLError | u3.SSLError) for cause in causes):
        reason, message = FailureReason.TLS, f"No secure connection to {url}: {_tls_problem(causes)}."
    elif any(isinstance(cause, BAD_ADDRESS) for cause in causes):
        reason, message = FailureReason.ADDRESS, f"{url} is not an address that can be called."
    elif any(isinstance(cause, TimeoutError) for cause in causes):
        reason, message = FailureReason.CONNECT, f"{url} could not be reached in time."
    else:
        numbers = (cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno)
        problem = next((os.strerror(number).lower() for number in numbers), "no connection")
        reason, message = FailureReason.CONNECT, f"{url} could not be reached: {problem}."
    return failed(RowError.CONNECTION, reason, message)


def _tls_problem(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not accepted ({cause.verify_message})"
    return "the server does not answer in TLS, or not in a version that is accepted"


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The error and what it wraps: the libraries keep the cause in `reason`, in `args` or in the exception chain."""
    yield error
    if depth == 6:
        return
    inner = [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
    for cause in inner:
        if isinstance(cause, BaseException):
            yield from _causes(cause, depth + 1)
