"""gunicorn: `config/gunicorn.py` sets it up, `experiments/http/request_body.py` reads bodies from it."""

import inspect
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import SocketUnreader
from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import TConn, ThreadWorker

from config import gunicorn
from experiments.http.server.connection import Connection
from experiments.http.server.log import JsonServerLog
from experiments.http.server.worker import PatientWorker

OURS = {"LOG_FORMAT", "LOG_REQUESTS", "WEB_THREADS"}


def test_every_setting_of_ours_is_one_of_its_own() -> None:
    ours = {name for name in vars(gunicorn) if not name.startswith("_")} - OURS
    assert ours - set(Config().settings) == set(), (
        "config/gunicorn.py: an unknown setting is passed over without a word"
    )


def test_a_body_in_chunks_that_ends_too_early_is_an_error_of_the_system() -> None:
    assert issubclass(NoMoreData, OSError), (
        "experiments/http/request_body.py takes it for a body that did not come whole"
    )


READABLE = "on_client_socket_readable on_pending_socket_readable"
OVERRIDDEN = {
    ThreadWorker: (PatientWorker, f"accept {READABLE} finish_request murder_pending load_wsgi"),
    TConn: (Connection, "init"),
}


@pytest.mark.parametrize("theirs", OVERRIDDEN)
def test_what_our_worker_overrides_is_called_as_before(theirs: type[Any]) -> None:
    ours, names = OVERRIDDEN[theirs]
    for name in names.split():
        before = inspect.signature(getattr(theirs, name)).parameters
        assert len(inspect.signature(getattr(ours, name)).parameters) == len(before), name


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (ThreadWorker.run, "murder_keepalived murder_pending keepalived_conns nr_conns set_accept_enabled"),
        (ThreadWorker.enqueue_req, "self.handle finish_request"),
        (ThreadWorker.handle, "conn.init() data_ready _keepalive_after"),
        (ThreadWorker.murder_pending, "pending_conns conn.timeout"),
        (TConn.init, "initialized get_parser setblocking"),
        (Response.sendfile, "self.sock.sendfile sendall"),
        (SocketUnreader.chunk, "self.sock.recv"),
    ],
)
def test_what_our_worker_relies_on_is_there(theirs: Any, words: str) -> None:
    source = inspect.getsource(theirs)
    assert [word for word in words.split() if word not in source] == [], "experiments/http/server builds on it"


@pytest.mark.parametrize("method", ["_set_handler", "access"])
def test_its_log_is_written_by_methods_that_ours_are_in_the_place_of(method: str) -> None:
    its = inspect.signature(getattr(Logger, method)).parameters
    assert list(inspect.signature(getattr(JsonServerLog, method)).parameters) == list(its)


@pytest.mark.parametrize("fmt", ["json", "plain"])
def test_with_json_its_own_lines_are_json_too(fmt: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = {"json": JsonServerLog, "plain": Logger}[fmt]
    log = made(Config())
    log.info("Listening at: %s", "http://x/?search=CANARY")
    log.error_log.handlers.clear()
    line = capsys.readouterr().err.strip()
    assert line.startswith("{") == (fmt == "json")
    assert ("CANARY" in line) == (fmt == "plain")
