"""The table of field types decides: a further row is all that a type needs."""

from enum import StrEnum
from typing import Any, cast

import pytest

from experiments.core.choices import FieldType
from experiments.core.errors import InvalidInput
from experiments.response_schema import check_schema, example, guidance, validator
from experiments.response_schema.answers import checker_of
from experiments.response_schema.field_types import FIELD_TRAITS, FieldTraits, type_of_schema
from experiments.response_schema.fields import Field, fields_to_schema, problem_of_choices, schema_to_fields


class MoreTypes(StrEnum):
    DATE = "date"


DATE = cast(FieldType, MoreTypes.DATE)
DATE_SCHEMA = {"type": "string", "format": "date"}


@pytest.fixture
def _with_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    traits = FieldTraits("Date", DATE_SCHEMA, "a date (YYYY-MM-DD)", "2026-01-31", is_text=True, has_bins=False)
    monkeypatch.setitem(FIELD_TRAITS, DATE, traits)


@pytest.mark.parametrize("kind", FieldType)
def test_the_example_of_a_type_is_valid_and_its_schema_means_that_type(kind: FieldType) -> None:
    traits = FIELD_TRAITS[kind]
    assert checker_of(traits.schema).is_valid(traits.example)
    assert type_of_schema(traits.schema) == kind
    assert (problem_of_choices(["a"], kind) == "") is traits.takes_choices


@pytest.mark.usefixtures("_with_dates")
def test_the_most_specific_type_is_found() -> None:
    assert type_of_schema({**DATE_SCHEMA, "description": "When."}) == DATE
    assert type_of_schema({"type": "string", "format": "email"}) == FieldType.STRING
    assert type_of_schema({"type": "string"}) == FieldType.STRING


def test_no_format_is_checked_that_no_type_has() -> None:
    assert checker_of({"type": "string", "format": "ipv4"}).is_valid("not an address")


def test_a_keyword_that_no_type_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match='"pattern"'):
        check_schema({"properties": {"day": {"type": "string", "pattern": "."}}})


@pytest.mark.usefixtures("_with_dates")
def test_a_new_type_is_checked_asked_for_and_imported() -> None:
    fields = Field("day", "When it began.", DATE), Field("end", "", DATE, required=False), Field("text")
    schema = check_schema(fields_to_schema(fields))
    assert example(schema) == {"day": "2026-01-31", "end": "2026-01-31", "text": "text"}
    assert '- "day" (required): a date (YYYY-MM-DD). When it began.\n' in guidance(schema)
    assert '- "end" (null where there is nothing to say): a date (YYYY-MM-DD).\n' in guidance(schema)
    check = validator(schema)
    assert check({"day": "2026-02-28", "end": None, "text": "tomorrow"}) is None
    assert check({"day": "2026-02-30", "text": ""}) == '"day" is "2026-02-30", not a date (YYYY-MM-DD)'
    imported = schema_to_fields(schema)
    assert (imported.fields, imported.notes) == (fields, ())


@pytest.mark.usefixtures("_with_dates")
@pytest.mark.parametrize(
    ("schema", "kind", "note"),
    [
        ({"type": "string", "format": "email"}, FieldType.STRING, "format cannot be said"),
        ({**DATE_SCHEMA, "enum": ["2026-01-31"]}, DATE, "only a string can have choices"),
    ],
)
def test_what_the_new_type_cannot_say_is_noted(schema: dict[str, Any], kind: FieldType, note: str) -> None:
    imported = schema_to_fields({"properties": {"day": schema}})
    (sentence,) = imported.notes
    assert note in sentence
    assert imported.fields == (Field("day", type=kind, required=False),)
