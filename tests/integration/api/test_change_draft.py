"""A draft changes setting by setting; what a change does not name stays."""

from typing import Any

from tests.integration.api.support import Draft, errors
from tests.support.api import SCORE, TOPIC, Api


def test_a_change_leaves_what_it_does_not_name(draft: Draft) -> None:
    before = draft.state()
    after = draft.api.patch(draft.path, {"max_attempts": 9})
    assert after == {**before, "max_attempts": 9}


def test_columns_that_are_not_named_keep_theirs(draft: Draft) -> None:
    draft.api.patch(draft.path, {"columns": [{"name": "text", "mode": "system_param", "key": "mail.text"}]})
    draft.api.patch(draft.path, {"columns": [{"name": "id", "mode": "prompt"}]})
    draft.api.patch(draft.path, {"columns": []})
    assert draft.state()["columns"] == [
        {"name": "id", "header": "id", "mode": "prompt", "key": "id"},
        {"name": "text", "header": "text", "mode": "system_param", "key": "mail.text"},
    ]


def test_an_unknown_column_is_refused(draft: Draft) -> None:
    before = draft.state()
    body = draft.api.patch(draft.path, {"columns": [{"name": "nothing", "mode": "prompt"}]}, 400)
    assert errors(body) == [("unknown_column", "columns")]
    assert draft.state() == before


def test_the_header_of_the_file_does_not_change(draft: Draft) -> None:
    body = draft.api.patch(draft.path, {"columns": [{"name": "id", "header": "ID"}]}, 400)
    assert errors(body) == [("invalid_columns", "columns")]


def test_a_draft_without_columns_takes_them(api: Api) -> None:
    batch = api.draft(api.network(None))
    columns = api.patch(f"/csv_batches/{batch}", {"columns": [{"name": "a", "mode": "prompt"}, {"name": "b"}]})[
        "columns"
    ]
    assert [(column["name"], column["mode"]) for column in columns] == [("a", "prompt"), ("b", "ignore")]


def test_response_fields_are_replaced_with_their_schema(draft: Draft) -> None:
    assert list(draft.state()["schema_json"]["properties"]) == ["topic", "score"]
    after = draft.api.patch(draft.path, {"response_fields": [SCORE, TOPIC]})
    assert [field["name"] for field in after["response_fields"]] == ["score", "topic"]
    assert list(after["schema_json"]["properties"]) == ["score", "topic"]
    assert draft.api.patch(draft.path, {"response_fields": []})["schema_json"] is None


def test_template_syntax_that_is_not_allowed(draft: Draft) -> None:
    for template in ("{{ row.text", "{% include 'x' %}", "{{ row.text | shuffle }}", "{{ range(9) }}", "{{ 1 + 1 }}"):
        body = draft.api.patch(draft.path, {"prompt_template": template}, 400)
        assert errors(body) == [("template_error", "prompt_template")]
    assert draft.state()["prompt_template"] == "{{ row.text }}"


def test_a_token_that_no_row_has_is_taken_in_a_draft(draft: Draft) -> None:
    draft.api.patch(draft.path, {"prompt_template": "{{ row.later }}"})


def test_spaces_and_newlines_of_a_template_stay(draft: Draft) -> None:
    text = "  {{ row.text }}\r\n\n"
    assert draft.api.patch(draft.path, {"prompt_template": text})["prompt_template"] == text


def test_the_network_changes(draft: Draft) -> None:
    draft.api.network(None, "second")
    assert draft.api.patch(draft.path, {"network": "second"})["network"]["name"] == "second"
    body = draft.api.patch(draft.path, {"network": "third"}, 400)
    assert errors(body) == [("does_not_exist", "network")]


def test_what_a_client_may_not_set_stays(draft: Draft) -> None:
    before = draft.state()
    fixed: dict[str, Any] = {"id": "x", "kind": "x", "status": "running", "created_by": "eve", "progress": {}}
    assert draft.api.patch(draft.path, fixed) == before
