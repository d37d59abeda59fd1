from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.llm_server import LlmServer


@pytest.fixture(scope="session")
def _llm_process() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture
def llm_server(_llm_process: LlmServer) -> LlmServer:
    _llm_process.script()
    return _llm_process


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")
