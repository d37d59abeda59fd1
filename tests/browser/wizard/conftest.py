"""Drafts to go on with."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Open
from tests.browser.support.wizard import HEAD, MAILS, Wizard
from tests.support.api import TOPIC, Api

READY = {
    "columns": [
        {"name": "from", "mode": "system_param", "key": "customer_email.from"},
        {"name": "subject", "mode": "prompt"},
    ],
    "prompt_template": "Classify: {{ row.body }}",
    "response_fields": [TOPIC],
}


@pytest.fixture
def draft(api: Api) -> str:
    """A draft that can start."""
    return api.ready(api.network(None), MAILS, HEAD, **READY)


@pytest.fixture
def at(open_page: Open, plain_page: Open, draft: str) -> Callable[..., Wizard]:
    """Opens a step of the draft."""

    def make(step: str, *, script: bool = True) -> Wizard:
        return Wizard((open_page if script else plain_page)(f"/csv-batch/{draft}/{step}/"), script=script)

    return make
