"""What a draft lacks is said at once, one error for each step; it stays a draft."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors
from tests.support.api import Api


def start(draft: Draft) -> list[tuple[str, str | None]]:
    found = errors(draft.api.run(draft.id, 400))
    assert draft.state()["status"] == "draft"
    assert draft.state()["started_at"] is None
    return found


def test_an_empty_draft_lacks_everything(api: Api) -> None:
    empty = Draft(api, api.draft(api.network(None)))
    assert start(empty) == [("required", "rows"), ("required", "prompt_template"), ("required", "response_fields")]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"prompt_template": " \n"}, ("required", "prompt_template")),
        ({"response_fields": []}, ("required", "response_fields")),
        ({"schema_mode": "keep"}, ("required", "schema_mode")),
        ({"agent_key": "nobody"}, ("does_not_exist", "agent_key")),
    ],
)
def test_one_step(draft: Draft, values: dict[str, Any], error: tuple[str, str]) -> None:
    draft.api.patch(draft.path, values)
    assert start(draft) == [error]


def test_every_unknown_token_with_what_there_is(draft: Draft) -> None:
    draft.api.patch(draft.path, {"prompt_template": "{{ row.txt }} {{ system_params.id }} {{ row.text }}"})
    body = draft.api.run(draft.id, 400)
    assert [where for _, where in errors(body)] == ["prompt_template"] * 2
    first, second = (error["detail"] for error in body["errors"])
    assert "row.txt" in first
    assert "text" in first.replace("row.txt", "")
    assert "system_params.id" in second


def test_columns_in_the_prompt_are_enough_of_a_prompt(draft: Draft) -> None:
    draft.api.patch(draft.path, {"prompt_template": "", "columns": [{"name": "text", "mode": "prompt"}]})
    draft.api.run(draft.id)


def test_an_agent_of_the_network(draft: Draft) -> None:
    draft.api.patch(draft.path, {"agent_key": "a"})
    draft.api.run(draft.id)
