"""The API without a worker: each test in one transaction, which costs a tenth of emptying the tables."""

import pytest

from tests.integration.api.support import Draft
from tests.support.api import Api


@pytest.fixture
def api(db: None) -> Api:
    """The API as staff user `ann`."""
    return Api.as_user("ann", is_staff=True)


@pytest.fixture
def bob(db: None) -> Api:
    """The API as a user who is not staff."""
    return Api.as_user("bob")


@pytest.fixture
def draft(api: Api) -> Draft:
    """A draft of ann's that could start: two rows, a template, two response fields."""
    return Draft(api, api.ready(api.network(None), [["1", "first"], ["2", "second"]]))
