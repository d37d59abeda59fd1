"""Fields that one button stores: the form has what they were, Undo goes back, nobody else's change is lost."""

from typing import Any

import pytest
from django.core import signing
from django.http import QueryDict

from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import field_to_json
from experiments.web.schema import unsaved
from experiments.web.schema.page import fingerprint
from experiments.web.schema.rows import Rows
from experiments.web.schema.unsaved import SALT, UNDO, Past, Stored, Unsaved
from tests.unit.web.schema.forms import INVOICE, sent

FIELDS = [field_to_json(one) for one in check_fields(INVOICE)]
STORED = Stored.of_schema(fields_to_schema(check_fields(INVOICE)))


def changed(before: Unsaved, stored: Stored = STORED, **values: str) -> Unsaved:
    """After the form of `before` was sent, with what somebody typed and pressed in it."""
    plain = {name: values.pop(name) for name in ("act", "anyway", "do", "text", "mark", "read_as") if name in values}
    form = sent(Rows.of_fields(before.past.now), **values)
    form.update({"seen": before.builder.seen, "past": before.builder.past, **plain})
    return unsaved.changed(form, {}, stored)


def test_a_schema_made_of_fields_is_shown_as_they_are() -> None:
    page = unsaved.opened(STORED)
    assert (page.fields, STORED.not_taken) == (FIELDS, ())
    assert page.builder.state == "stored"


def test_a_change_is_ready_to_be_stored_and_what_is_wrong_is_not() -> None:
    page = changed(unsaved.opened(STORED), f1_name="seller")
    assert page.fields is not None
    assert (page.fields[0]["name"], page.builder.state) == ("seller", "ready")
    wrong = changed(page, f1_name="")
    assert (wrong.fields, wrong.builder.state, wrong.past) == (None, "unstored", page.past)


def test_undo_goes_back_change_by_change_to_what_is_stored() -> None:
    page = changed(changed(unsaved.opened(STORED), f1_name="seller"), act="remove:1")
    assert page.fields is not None
    assert len(page.fields) == len(FIELDS) - 1
    page = changed(page, act=UNDO)
    assert page.fields is not None
    assert page.fields[0]["name"] == "seller"
    page = changed(page, act=UNDO)
    assert (page.fields, page.builder.state) == (FIELDS, "stored")
    assert changed(page, act=UNDO).fields == FIELDS


@pytest.mark.parametrize("typed", ["", "typed just now"])
def test_undo_takes_back_what_is_typed_first_though_it_cannot_be_stored(typed: str) -> None:
    page = changed(unsaved.opened(STORED), f1_name="seller")
    page = changed(page, act=UNDO, f1_name=typed)
    assert page.fields is not None
    assert page.fields[0]["name"] == "seller"


# Named, because a signature has the time in it: each process that collects the tests would call them otherwise.
@pytest.mark.parametrize(
    "past",
    ["", "[]", signing.dumps("[[]]", salt="another"), signing.dumps("[[]]", salt=SALT)[:-1]],
    ids=["nothing", "not signed", "signed for something else", "cut short"],
)
def test_a_past_that_this_site_did_not_sign_is_none(past: str) -> None:
    form = QueryDict(mutable=True)
    form["past"] = past
    assert Past.of_form(form, FIELDS) == Past((FIELDS,))


def test_no_past_grows_without_end() -> None:
    past = Past(([],))
    for number in range(100):
        past = past.then([{"name": str(number)}])
    assert (len(past.states), past.now) == (unsaved.STATES_LIMIT, [{"name": "99"}])
    assert len(past.then([{"name": "x" * unsaved.CHARS_LIMIT}]).states) == 1


def test_fields_that_changed_elsewhere_are_not_replaced_until_somebody_says_so() -> None:
    page, others = unsaved.opened(STORED), Stored([FIELDS[0]])
    for _ in range(2):
        page = changed(page, others, f1_name="seller")
        assert (page.fields, page.builder.changed_elsewhere) == (None, True)
    assert changed(page, others, f1_name="seller", anyway="on").fields is not None


def test_an_import_is_shown_then_used_and_undone() -> None:
    text = '{"total": 1.5}'
    shown = changed(unsaved.opened(STORED), do="look", text=text)
    assert (shown.fields, shown.builder.quiet) == (FIELDS, True)
    assert shown.pasted is not None
    more: dict[str, Any] = {"text": text, "mark": shown.pasted.mark, "read_as": shown.pasted.read_as}
    used = changed(shown, do="replace", **more)
    assert used.fields is not None
    assert [one["name"] for one in used.fields] == ["total"]
    added = changed(shown, do="add", **more)
    assert added.fields is not None
    assert [one["name"] for one in added.fields] == [*(x["name"] for x in FIELDS), "total"]
    assert changed(used, act=UNDO).fields == FIELDS


def test_what_fields_cannot_say_of_a_schema_is_listed() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "not": {"const": "x"}}}, "required": ["a"]}
    stored = Stored.of_schema(schema)
    assert [(one.path, one.keyword) for one in stored.not_taken] == [("a", "not")]
    assert unsaved.opened(stored).builder.seen == fingerprint(stored.fields)
