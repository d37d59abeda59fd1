"""Batches whose rows have answers, without a worker."""

import pytest

from tests.integration.api.support import Draft, finish
from tests.integration.api_results import typed as of_each_type
from tests.support.again import again
from tests.support.api import Api, numbered

CATEGORY = {"name": "category", "type": "string", "choices": ["billing", "praise", "other"]}
URGENT = {"name": "urgent", "type": "boolean"}
SCORE = {"name": "score", "type": "integer"}
NOTE = {"name": "note", "type": "string", "required": False}
ANSWERS = {
    0: {"category": "billing", "urgent": True, "score": 10, "note": "short"},
    1: {"category": "billing", "urgent": True, "score": 19, "note": ""},
    2: {"category": "praise", "urgent": False, "score": 20, "note": None},
    3: {"category": "praise", "urgent": True, "score": 99},
}


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
    """A draft of ann's that could start, of six rows."""

    def make() -> str:
        return api.ready(api.network(None), numbered(6), response_fields=[CATEGORY, URGENT, SCORE, NOTE])

    return Draft(api, again("ann's draft of six rows", make))


@pytest.fixture
def done(draft: Draft) -> Draft:
    """The same, completed: rows 0 to 3 have answers, 4 and 5 failed."""

    def make() -> None:
        draft.api.run(draft.id)
        finish(draft.id, ANSWERS, {4: "timeout", 5: "schema_mismatch"})

    again("ann's batch of six rows, completed", make)
    return draft


@pytest.fixture
def typed(api: Api) -> Draft:
    """Completed: rows 0 to 3 have answers with values of each type, or without; 4 and 5 failed."""
    answers = of_each_type.ANSWERS

    def make() -> str:
        made = api.ready(api.network(None), numbered(len(answers) + 2), response_fields=of_each_type.FIELDS)
        api.run(made)
        finish(made, dict(enumerate(answers)), {4: "timeout", 5: "timeout"})
        return made

    return Draft(api, again("ann's batch of values of each type", make))
