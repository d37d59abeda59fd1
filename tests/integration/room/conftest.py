"""A plain user: quotas are not for staff."""

import pytest

from tests.support.api import Api


@pytest.fixture
def bob(api: Api) -> Api:
    api.network(None)
    return Api.as_user("bob")
