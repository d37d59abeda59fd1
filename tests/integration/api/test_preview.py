"""The preview shows a row as it would be sent, and names what in the template no row has."""

from tests.integration.api.support import Draft, errors
from tests.support.api import Api


def preview(draft: Draft, want: int = 200, **body: object) -> dict[str, object]:
    found: dict[str, object] = draft.api.post(f"{draft.path}/preview", body, want)
    return found


def test_the_first_row_and_a_named_one(draft: Draft) -> None:
    assert preview(draft) == {"user_message": "first", "system_params": {}, "problems": []}
    assert preview(draft, row_index=1)["user_message"] == "second"
    assert preview(draft, row_index=None)["user_message"] == "first"


def test_columns_where_they_are_sent(draft: Draft) -> None:
    columns = [{"name": "id", "mode": "prompt"}, {"name": "text", "mode": "system_param", "key": "mail.body"}]
    draft.api.patch(draft.path, {"columns": columns, "prompt_template": "Sort {{ system_params.mail.body }}."})
    assert preview(draft) == {
        "user_message": "Sort first.\n\nid: 1",
        "system_params": {"mail": {"body": "first"}},
        "problems": [],
    }


def test_an_unknown_token_is_named_with_what_there_is(draft: Draft) -> None:
    draft.api.patch(draft.path, {"prompt_template": "{{ row.txt }} {{ nothing }}"})
    shown = preview(draft)
    problems = shown["problems"]
    assert isinstance(problems, list)
    assert [set(problem) for problem in problems] == [{"code", "detail"}] * 2
    assert "row.txt" in problems[0]["detail"]
    assert "text" in problems[0]["detail"]
    assert "nothing" in problems[1]["detail"]


def test_a_row_that_the_template_does_not_fit(draft: Draft) -> None:
    draft.api.patch(draft.path, {"prompt_template": "{% for x in row.text %}{{ x }}{% endfor %}"})
    shown = preview(draft)
    assert shown["user_message"] == ""
    assert shown["problems"]


def test_a_row_that_is_not_there(draft: Draft) -> None:
    body = draft.api.post(f"{draft.path}/preview", {"row_index": 2}, 400)
    assert errors(body) == [("does_not_exist", "row_index")]
    for index in (-1, 2**31, "x"):
        assert errors(draft.api.post(f"{draft.path}/preview", {"row_index": index}, 400))[0][1] == "row_index"


def test_a_draft_without_rows(api: Api) -> None:
    empty = Draft(api, api.draft(api.network(None)))
    assert errors(api.post(f"{empty.path}/preview", {}, 400)) == [("does_not_exist", "row_index")]


def test_also_after_the_start(draft: Draft) -> None:
    draft.api.run(draft.id)
    assert preview(draft)["user_message"] == "first"
