"""The API without a worker: each test in one transaction, which costs a tenth of emptying the tables."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.api.support import Draft
from tests.support.again import again
from tests.support.api import Api
from tests.support.llm_server import LlmServer


@pytest.fixture
def api(db: None) -> Api:
    """The API as staff user `ann`."""
    return Api(again("ann", lambda: Api.key_of("ann", is_staff=True)))


@pytest.fixture
def bob(db: None) -> Api:
    """The API as a user who is not staff."""
    return Api.as_user("bob")


@pytest.fixture
def draft(api: Api) -> Draft:
    """A draft of ann's that could start: two rows, a template, two response fields."""
    return Draft(api, again("ann's draft", lambda: api.ready(api.network(None), [["1", "first"], ["2", "second"]])))


@pytest.fixture(scope="session")
def llm_process() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture
def llm(llm_process: LlmServer, settings: Any) -> LlmServer:
    """The model of this site's own runs, with nothing scripted."""
    llm_process.script()
    settings.OPENAI_BASE_URL = llm_process.base_url
    settings.OPENAI_MODEL = "scripted"
    return llm_process
