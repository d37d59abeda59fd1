"""A limit on how long one statement of a page may take: `PAGE_TIMEOUT_MS`.

A page is a request that only reads (GET, HEAD), of people or of the API, but for those that are marked
`takes_its_time`, such as exports. What writes, workers, commands and migrations have no such limit.

The limit is the session's `statement_timeout` in PostgreSQL, and is set where the session has another one: a thread of
the web server has a session of its own, and most of its requests are pages.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from psycopg import errors as postgres_errors
from psycopg.pq import TransactionStatus

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput

GetResponse = Callable[[HttpRequest], HttpResponseBase]
V = TypeVar("V")
NO_LIMIT = 0
ROLLBACK_TO_SAVEPOINT = "ROLLBACK TO SAVEPOINT"
"""How Django's statement for it begins."""
NARROW = "narrow the search, for example by a status or an error code"

_thread = threading.local()


def takes_its_time(view: V) -> V:
    """Marks a view, or the class of one, as none that has to answer within the limit."""
    view.takes_its_time = True  # type: ignore[attr-defined]
    return view


def limit_page_time(get_response: GetResponse) -> GetResponse:
    """Middleware: sets the limit before a view runs, for as long as it does."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            # The session keeps its own until a statement is to have another one.
            _thread.limit_ms = NO_LIMIT

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        limit_statements(settings.PAGE_TIMEOUT_MS if is_page(request, view) else NO_LIMIT)

    respond.process_view = process_view  # type: ignore[attr-defined]
    return respond


def is_page(request: HttpRequest, view: Any) -> bool:
    return request.method in ("GET", "HEAD") and not (
        hasattr(view, "takes_its_time") or hasattr(getattr(view, "cls", None), "takes_its_time")
    )


def limit_statements(limit_ms: int) -> None:
    """From now on this thread's statements end after `limit_ms`, or when they are done (`NO_LIMIT`)."""
    _thread.limit_ms = limit_ms
    if _with_limit not in connection.execute_wrappers:
        connection.execute_wrappers.append(_with_limit)


@contextmanager
def at_most(limit_ms: int) -> Iterator[None]:
    """Statements of the block end after `limit_ms`, or the limit that they have anyway where that is shorter."""
    before = getattr(_thread, "limit_ms", NO_LIMIT)
    limit_statements(min(limit_ms, before or limit_ms))
    try:
        yield
    finally:
        _thread.limit_ms = before


def _with_limit(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    session, limit_ms = connection.connection, _thread.limit_ms
    status = session.info.transaction_status
    if status == TransactionStatus.IDLE and getattr(session, "limit_may_go", False):
        # What a transaction has set is undone where it was rolled back.
        session.limit_ms = None
    # After an error nothing but the end of the transaction, or of its savepoint, is understood.
    if status != TransactionStatus.INERROR and getattr(session, "limit_ms", NO_LIMIT) != limit_ms:
        # Not `0`: whoever runs the database may have a limit for all.
        with connection.wrap_database_errors:
            session.execute(f"SET statement_timeout TO {limit_ms if limit_ms else 'DEFAULT'}")
        session.limit_ms, session.limit_may_go = limit_ms, connection.in_atomic_block
    result = execute(sql, params, many, context)
    if str(sql).startswith(ROLLBACK_TO_SAVEPOINT):
        session.limit_ms = None
    return result


def is_out_of_time(error: BaseException) -> bool:
    """Whether the database ended a statement at its limit."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, postgres_errors.QueryCanceled)


def too_broad(attr: str | None, *, what: str = "rows", how: str = NARROW, **extra: Any) -> InvalidInput:
    """`what` there were too many of, and `how` to make them fewer, for the sentence; `extra` is for programs."""
    sentence = f"Too many {what} to look through in time: {how}."
    return InvalidInput(sentence, code=ErrorCode.TOO_BROAD, attr=attr, extra=extra)


@contextmanager
def in_time(attr: str | None, **words: str) -> Iterator[None]:
    """`InvalidInput` where what is read in the block takes longer than a page may: that of `too_broad`.

    Whoever catches it can go on reading.
    """
    try:
        # In a caller's transaction a savepoint; else the connection could not be used on.
        with transaction.atomic():
            yield
    except OperationalError as error:
        if not is_out_of_time(error):
            raise
        raise too_broad(attr, **words) from error
