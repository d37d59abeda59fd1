"""A real LiteLLM proxy in a process of its own: it answers by itself, and refuses what its providers do not know.

Its models stand for providers that LiteLLM knows; their answers are its own mock responses
(https://docs.litellm.ai/docs/completion/mock_requests), which come after its check of the parameters.
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from tests.support.worker import eventually

KEY = "sk-litellm-0123456789abcdef0123456789abcdef"
START_S = 180


class LiteLlmProxy:
    """A context manager; `base_url` and `KEY` are what a client is given. Its log lies in `folder`."""

    def __init__(self, folder: Path, models: dict[str, str], *, answer: str) -> None:
        """`models`: names and what LiteLLM calls them (`openai/gpt-4o-mini`); all give the same `answer`."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self._log = folder / "litellm.log"
        listed = [
            {"model_name": name, "litellm_params": {"model": model, "api_key": "none", "mock_response": answer}}
            for name, model in models.items()
        ]
        self._config = folder / "litellm.yaml"  # JSON is YAML
        self._config.write_text(json.dumps({"model_list": listed, "general_settings": {"master_key": KEY}}))

    def __enter__(self) -> Self:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))}
        # It asks the internet for prices otherwise.
        env |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}
        options = ["--config", str(self._config), "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "litellm"), *options],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            eventually(self._answers, timeout_s=START_S, what="the LiteLLM proxy")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def end_of_log(self) -> str:
        return self._log.read_text()[-3000:]

    def refusals(self) -> int:
        """Requests that it answered with 400, by its own log."""
        return self._log.read_text().count('/chat/completions HTTP/1.1" 400')

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.end_of_log()
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/health/liveliness", timeout=10).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
