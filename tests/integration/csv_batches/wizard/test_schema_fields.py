"""Fields added, edited, moved and removed, as forms and as htmx sends them."""

from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.csv_batches.wizard.drafts import address, draft, html_of, send, stored, text_of
from tests.integration.web.support import browser, htmx

pytestmark = pytest.mark.django_db

FIELDS: list[dict[str, Any]] = [
    {"name": "tone", "description": "The mood.", "choices": ["good", "bad"]},
    {"name": "score", "type": "integer"},
    {"name": "Free text", "required": False},
]


@pytest.fixture
def batch() -> CsvBatch:
    return draft(response_fields=FIELDS)


@pytest.fixture
def client() -> Client:
    return browser("ann")


def names(batch: CsvBatch) -> list[str]:
    return [field["name"] for field in stored(batch).response_fields]


@pytest.mark.parametrize("live", [True, False])
def test_a_field_is_added_at_the_end(batch: CsvBatch, client: Client, live: bool) -> None:
    values = {"name": " urgent ", "description": "Now?", "type": "boolean", "required": "on"}
    send(client, batch, "schema/field/", live=live, original="", **values)
    added = stored(batch).response_fields[-1]
    assert added == {"name": "urgent", "description": "Now?", "type": "boolean", "required": True}


def test_what_is_not_said_is_an_optional_string(client: Client) -> None:
    batch = draft()
    send(client, batch, "schema/field/", name="a")
    assert stored(batch).response_fields == [{"name": "a", "description": "", "type": "string", "required": False}]


def test_choices_are_lines(batch: CsvBatch, client: Client) -> None:
    send(client, batch, "schema/field/", original="tone", name="tone", choices="good\r\n\r\n so-so \r\nbad")
    assert stored(batch).response_fields[0]["choices"] == ["good", "so-so", "bad"]


def test_a_field_is_edited_in_its_place(batch: CsvBatch, client: Client) -> None:
    send(client, batch, "schema/field/", original="score", name="points", type="number", required="on")
    assert names(batch) == ["tone", "points", "Free text"]
    assert stored(batch).schema_json["properties"]["points"] == {"type": "number"}


def test_the_card_has_what_is_stored_and_cancel_leads_back(batch: CsvBatch, client: Client) -> None:
    html = html_of(client.get(address(batch, "schema/?edit=tone")))
    assert 'name="name" value="tone"' in html
    assert ">\ngood\nbad</textarea>" in html
    assert 'value="string" checked' in html
    assert f'id="card-cancel" href="{address(batch, "schema/")}"' in html
    assert names(batch) == ["tone", "score", "Free text"]


def test_a_name_with_a_space_can_be_edited(batch: CsvBatch, client: Client) -> None:
    page = html_of(client.get(address(batch, "schema/")))
    assert 'id="field-Free%20text"' in page
    assert "?edit=Free%20text#field-Free%20text" in page
    assert 'value="Free text"' in html_of(htmx(client, address(batch, "schema/?edit=Free%20text")))


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("values", "part", "sentence"),
    [
        ({"name": "", "description": "typed"}, "name", "Give the field a name."),
        ({"name": "1a", "description": "typed"}, "name", "The name begins with a letter"),
        ({"name": "score", "description": "typed"}, "name", "Another field has this name."),
        ({"name": "x", "description": "typed" * 900}, "description", "The description must be a text of at most 4,000"),
        ({"name": "x", "type": "list", "description": "typed"}, "type", "The type is “list”"),
        ({"name": "x", "type": "number", "choices": "typed"}, "choices", "Only a string can have choices."),
        ({"name": "x", "choices": "typed\ntyped"}, "choices", "A choice is there twice."),
    ],
)
def test_a_refused_field_says_why_at_its_input_and_keeps_what_was_typed(
    batch: CsvBatch, client: Client, values: dict[str, str], part: str, sentence: str, live: bool
) -> None:
    response = send(client, batch, "schema/field/", live=live, original="tone", **values)
    html = html_of(response)
    assert sentence in text_of(response)
    assert f'id="card-{part}-problem"' in html
    assert "typed" in html
    assert stored(batch).response_fields == batch.response_fields


def test_a_field_that_is_gone_is_offered_as_a_new_one(batch: CsvBatch, client: Client) -> None:
    response = send(client, batch, "schema/field/", live=True, original="elsewhere", name="mine")
    assert "There is no field “elsewhere” any more." in text_of(response)
    assert 'name="original" value=""' in html_of(response)
    assert 'name="name" value="mine"' in html_of(response)


@pytest.mark.parametrize(
    ("act", "name", "after"),
    [
        ("up", "score", ["score", "tone", "Free text"]),
        ("down", "tone", ["score", "tone", "Free text"]),
        ("up", "tone", ["tone", "score", "Free text"]),
        ("down", "Free text", ["tone", "score", "Free text"]),
        ("remove", "score", ["tone", "Free text"]),
    ],
)
@pytest.mark.parametrize("live", [True, False])
def test_a_button_moves_or_removes_its_field(
    batch: CsvBatch, client: Client, act: str, name: str, after: list[str], live: bool
) -> None:
    response = send(client, batch, "schema/change/", live=live, **{act: name})
    assert response.status_code == (200 if live else 302)
    assert names(batch) == after


@pytest.mark.parametrize(
    ("to", "after"), [("0", ["Free text", "tone", "score"]), ("2", ["tone", "score", "Free text"])]
)
def test_a_dragged_field_is_placed(batch: CsvBatch, client: Client, to: str, after: list[str]) -> None:
    send(client, batch, "schema/change/", live=True, place="Free text", to=to)
    assert names(batch) == after


def test_what_another_window_removed_is_said_and_nothing_else_goes(batch: CsvBatch, client: Client) -> None:
    response = send(client, batch, "schema/change/", live=True, remove="elsewhere")
    assert "There is no field “elsewhere” any more." in text_of(response)
    assert "Undo brings it back" not in text_of(response)
    assert names(batch) == ["tone", "score", "Free text"]


def test_moving_beyond_the_end_is_no_step_to_undo(batch: CsvBatch, client: Client) -> None:
    send(client, batch, "schema/change/", up="tone")
    assert stored(batch).draft_history == batch.draft_history


def test_a_field_with_the_name_of_a_column_says_how_it_is_exported(client: Client) -> None:
    batch = draft(response_fields=[{"name": "subject"}, {"name": "tone"}])
    words = text_of(client.get(address(batch, "schema/")))
    assert words.count("in the export this field is") == 1
    assert "“response.subject”" in words


def test_schema_and_example_stand_beside_the_fields(batch: CsvBatch, client: Client) -> None:
    words = text_of(client.get(address(batch, "schema/")))
    assert '"$schema": "https://json-schema.org/draft/2020-12/schema"' in words
    assert '{ "tone": "good", "score": 1, "Free text": "text" }' in words


def test_without_fields_the_page_says_what_a_field_is(client: Client) -> None:
    assert "No fields yet" in text_of(client.get(address(draft(), "schema/")))


def test_going_on_with_an_open_card_stores_it_first(batch: CsvBatch, client: Client) -> None:
    response = send(client, batch, "schema/field/", original="", name="more", type="string", go="next")
    assert response["Location"] == address(batch, "review/")
    assert names(batch)[-1] == "more"


@pytest.mark.parametrize(("go", "step"), [("next", "review/"), ("back", "prompt/")])
def test_a_blank_card_keeps_nobody(batch: CsvBatch, client: Client, go: str, step: str) -> None:
    response = send(client, batch, "schema/field/", live=True, original="", name="", type="string", go=go)
    assert response["HX-Redirect"] == address(batch, step)
    assert names(batch) == ["tone", "score", "Free text"]


def test_a_card_with_a_mistake_does_not_lead_on(batch: CsvBatch, client: Client) -> None:
    response = send(client, batch, "schema/field/", original="", name="1", go="next")
    assert response.status_code == 200
    assert "The name begins with a letter" in text_of(response)
