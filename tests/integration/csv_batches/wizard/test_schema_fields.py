"""Fields added, edited, moved, copied and removed, nested too, as forms and as htmx sends them."""

import re
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from csv_batches.services import draft_history
from experiments.models import Network
from experiments.web.schema.page import fingerprint
from experiments.web.schema.rows import Rows
from tests.integration.csv_batches.wizard.drafts import address, draft, html_of, stored, text_of
from tests.integration.web.support import browser
from tests.unit.web.schema.forms import INVOICE, sent

pytestmark = pytest.mark.django_db

FIELDS: list[dict[str, Any]] = [
    {"name": "tone", "description": "The mood.", "choices": ["good", "bad"]},
    {"name": "score", "type": "integer"},
    {"name": "Free text", "required": False},
]
BOTH_WAYS = pytest.mark.parametrize("live", [True, False], ids=["htmx", "form"])


@pytest.fixture
def batch() -> CsvBatch:
    return draft(response_fields=FIELDS)


@pytest.fixture
def invoice() -> CsvBatch:
    return draft(response_fields=INVOICE)


@pytest.fixture
def client() -> Client:
    return browser("ann")


def post(client: Client, batch: CsvBatch, *, live: bool = False, seen: str = "", **typed: str) -> Any:
    """Sends the form of the fields that the draft had when it was loaded, with what somebody typed and pressed."""
    plain = {name: value for name, value in typed.items() if name in ("act", "go", "anyway", "show", "at")}
    form = sent(Rows.of_fields(batch.response_fields), **{k: v for k, v in typed.items() if k not in plain})
    for name, value in plain.items():
        form[name] = value
    form["seen"] = seen or fingerprint(batch.response_fields)
    assert client.get(address(batch, "schema/")).status_code == 200
    form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    data = {name: values if len(values) > 1 else values[0] for name, values in form.lists()}
    return client.post(address(batch, "schema/"), data, headers={"HX-Request": "true"} if live else {})


def names(batch: CsvBatch) -> list[str]:
    return [field["name"] for field in stored(batch).response_fields]


@BOTH_WAYS
def test_what_is_typed_is_stored(batch: CsvBatch, client: Client, live: bool) -> None:
    post(
        client, batch, live=live, f2_name=" points ", f2_minimum="1", f2_maximum="10", f1_choices="good\r\n so-so \nbad"
    )
    fields = stored(batch).response_fields
    assert fields[0]["choices"] == ["good", "so-so", "bad"]
    assert (fields[1]["name"], fields[1]["minimum"], fields[1]["maximum"]) == ("points", 1, 10)
    assert stored(batch).schema_json["properties"]["points"] == {"type": "integer", "minimum": 1, "maximum": 10}


def test_required_and_nullable_are_said_apart(batch: CsvBatch, client: Client) -> None:
    post(client, batch, f1_nullable="on")
    found = {field["name"]: (field["required"], field["nullable"]) for field in stored(batch).response_fields}
    assert found == {"tone": (True, True), "score": (True, False), "Free text": (False, True)}


@BOTH_WAYS
def test_a_new_row_is_shown_and_stored_once_it_has_a_name(batch: CsvBatch, client: Client, live: bool) -> None:
    html = html_of(post(client, batch, live=live, act="add:0"))
    assert 'name="row" value="4"' in html
    assert 'aria-label="Name of new field" aria-describedby="f4-name-problem" autofocus' in html
    assert 'name="f4-min_length" value="1"' in html
    assert names(batch) == ["tone", "score", "Free text"]


@BOTH_WAYS
@pytest.mark.parametrize(
    ("act", "after"),
    [
        ("up:2", ["score", "tone", "Free text"]),
        ("down:1", ["score", "tone", "Free text"]),
        ("up:1", ["tone", "score", "Free text"]),
        ("remove:2", ["tone", "Free text"]),
        ("copy:2", ["tone", "score", "score_2", "Free text"]),
    ],
)
def test_a_button_moves_copies_or_removes_its_field(
    batch: CsvBatch, client: Client, act: str, after: list[str], live: bool
) -> None:
    assert post(client, batch, live=live, act=act).status_code == 200
    assert names(batch) == after


def test_nested_fields_are_added_moved_copied_and_undone(invoice: CsvBatch, client: Client) -> None:
    post(client, invoice, act="out:3")
    assert names(invoice) == ["vendor", "order", "number", "lines"]
    post(client, stored(invoice), act="copy:7")
    [*_, lines] = stored(invoice).response_fields
    assert [field["name"] for field in lines["items"]["fields"]] == ["unit", "price", "price_2"]
    post(client, stored(invoice), act="into:1")
    [order, *_] = stored(invoice).response_fields
    assert [field["name"] for field in order["fields"]] == ["vendor"]
    for _ in range(3):
        draft_history.undo(batch_id=invoice.pk)
    assert stored(invoice).response_fields == invoice.response_fields


def test_what_is_stored_is_sent_back_unchanged(invoice: CsvBatch, client: Client) -> None:
    post(client, invoice)
    assert stored(invoice).response_fields == invoice.response_fields
    assert stored(invoice).draft_history == invoice.draft_history


def test_a_hundred_fields_fit_into_a_form(client: Client) -> None:
    batch = draft(response_fields=[{"name": f"a{number}", "pattern": "a", "max_length": 3} for number in range(150)])
    post(client, batch, f1_name="first")
    assert names(batch)[:2] == ["first", "a1"]


def test_another_type_brings_its_own_inputs(batch: CsvBatch, client: Client) -> None:
    html = html_of(post(client, batch, live=True, f2_type="list", f2_was="integer"))
    assert 'name="f2-min_items"' in html
    assert 'name="f4-item" value="on"' in html
    assert stored(batch).response_fields[1]["items"]["type"] == "string"


def test_while_somebody_types_no_input_is_replaced(batch: CsvBatch, client: Client) -> None:
    html = html_of(post(client, batch, live=True, f2_name="points"))
    assert "schema-rows" not in html
    assert '"points"' in text_of(post(client, batch, live=True, f2_name="points"))


@BOTH_WAYS
def test_a_refused_value_stays_with_its_reason_and_nothing_is_stored(
    invoice: CsvBatch, client: Client, live: bool
) -> None:
    response = post(client, invoice, live=live, f7_minimum="9", f7_maximum="8", f1_name="Typed", go="next")
    html = html_of(response)
    assert response.status_code == 200
    assert 'id="f7-minimum-problem">Minimum is more than maximum.' in html
    assert 'value="Typed"' in html
    assert stored(invoice).response_fields == invoice.response_fields


def test_fields_that_changed_elsewhere_are_not_overwritten_unless_one_says_so(batch: CsvBatch, client: Client) -> None:
    post(client, batch, f2_name="theirs")
    response = post(client, batch, live=True, f2_name="mine")
    assert "changed in another window" in text_of(response)
    assert names(batch)[1] == "theirs"
    post(client, batch, f2_name="mine", anyway="on")
    assert names(batch)[1] == "mine"


def test_a_damaged_form_changes_nothing(batch: CsvBatch, client: Client) -> None:
    assert "This form is damaged" in text_of(post(client, batch, f2_type="what"))
    assert names(batch) == ["tone", "score", "Free text"]


def test_a_field_with_the_name_of_a_column_says_how_it_is_exported(client: Client) -> None:
    batch = draft(response_fields=[{"name": "subject"}, {"name": "tone"}])
    words = text_of(client.get(address(batch, "schema/")))
    assert words.count("The export calls this field") == 1
    assert "“response.subject”" in words


def test_schema_and_example_are_beside_the_fields(batch: CsvBatch, client: Client) -> None:
    words = text_of(client.get(address(batch, "schema/")))
    assert '"$schema": "https://json-schema.org/draft/2020-12/schema"' in words
    assert '{ "tone": "good", "score": 1, "Free text": "text" }' in words


def test_without_fields_the_page_says_what_a_field_is(client: Client) -> None:
    assert "No fields yet" in text_of(client.get(address(draft(), "schema/")))


@pytest.mark.parametrize(("go", "step"), [("next", "review/"), ("back", "prompt/"), ("stay", "schema/")])
def test_a_button_that_leads_on_stores_what_is_typed(batch: CsvBatch, client: Client, go: str, step: str) -> None:
    assert post(client, batch, f2_name="more", go=go)["Location"] == address(batch, step)
    assert post(client, stored(batch), live=True, go=go)["HX-Redirect"] == address(batch, step)
    assert names(batch)[1] == "more"


def test_the_panel_goes_from_row_to_row_and_tries_the_one_it_is_at(batch: CsvBatch, client: Client) -> None:
    page = client.get(address(batch, "schema/?at=1")).content.decode()
    assert re.findall(r'id="(row-previous|row|row-next)"[^>]*?value="(\d)"', page) == [
        ("row-previous", "0"),
        ("row", "1"),
        ("row-next", "2"),
    ]
    assert "There is no row 9." in text_of(client.get(address(batch, "schema/?at=9")))
    network = Network.objects.create(name="triage")
    CsvBatch.objects.filter(pk=batch.pk).update(network=network, prompt_template="Sort this.")
    moved = post(client, batch, live=True, show="2").content.decode()
    assert re.search(r'id="row"[^>]*value="2"', moved)
    assert post(client, batch, go="trial", at="2")["Location"] == address(batch, "schema/?at=2")
    assert [row.row_index for row in CsvBatch.objects.get(parent_id=batch.pk).rows.all()] == [2]
