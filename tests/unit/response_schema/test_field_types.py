"""The table of field types decides: a further row is all that a type needs."""

from typing import Any

import pytest

from experiments.core.choices import FieldType
from experiments.core.errors import InvalidInput
from experiments.response_schema import check_schema, example, guidance, validator
from experiments.response_schema.answers import checker_of
from experiments.response_schema.field_checks import problem_of_choices
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.field_types import FIELD_TRAITS, FieldTraits, type_of_schema
from experiments.response_schema.fields import Field
from experiments.response_schema.schema_import import schema_to_fields

DATE = FieldType.DATE
DATE_SCHEMA = FIELD_TRAITS[DATE].schema


@pytest.mark.parametrize("kind", FieldType)
def test_the_example_of_a_type_is_valid_and_its_schema_means_that_type(kind: FieldType) -> None:
    traits = FIELD_TRAITS[kind]
    assert checker_of(traits.schema).is_valid(traits.example)
    assert type_of_schema(traits.schema) == kind
    assert (problem_of_choices(["a"], kind) == "") is traits.takes_choices


def test_the_most_specific_type_is_found() -> None:
    assert type_of_schema({**DATE_SCHEMA, "description": "When."}) == DATE
    assert type_of_schema({"type": "string", "format": "email"}) == FieldType.STRING
    assert type_of_schema({"type": "string"}) == FieldType.STRING


def test_no_format_is_checked_that_no_type_has() -> None:
    assert checker_of({"type": "string", "format": "ipv4"}).is_valid("not an address")


def test_a_keyword_that_no_type_has_is_refused() -> None:
    with pytest.raises(InvalidInput, match='"contains"'):
        check_schema({"properties": {"days": {"type": "array", "contains": {}}}})


def test_a_type_is_checked_asked_for_and_imported() -> None:
    fields = Field("day", "When it began.", DATE), Field("end", "", DATE, required=False), Field("text")
    schema = check_schema(fields_to_schema(fields))
    assert example(schema) == {"day": "2026-01-31", "end": "2026-01-31", "text": "text"}
    assert '- "day" (required): a date (YYYY-MM-DD). When it began.\n' in guidance(schema)
    assert '- "end" (null where there is nothing to say): a date (YYYY-MM-DD).\n' in guidance(schema)
    check = validator(schema)
    assert check({"day": "2026-02-28", "end": None, "text": "tomorrow"}) is None
    assert check({"day": "2026-02-30", "text": ""}) == '"day" is "2026-02-30", not a date (YYYY-MM-DD)'
    imported = schema_to_fields(schema)
    assert (imported.fields, imported.not_taken) == (fields, ())


def test_what_a_type_cannot_say_is_listed() -> None:
    imported = schema_to_fields({"properties": {"day": {**DATE_SCHEMA, "enum": ["2026-01-31"]}}})
    assert [(one.path, one.keyword) for one in imported.not_taken] == [("day", "enum")]
    assert imported.fields == (Field("day", type=DATE, required=False, nullable=False),)


def test_a_further_row_is_enough_for_a_further_type(monkeypatch: pytest.MonkeyPatch) -> None:
    schema: dict[str, Any] = {"type": "string", "format": "color"}
    traits = FieldTraits("Color", schema, "a color", "#ffffff", is_text=True)
    monkeypatch.setitem(FIELD_TRAITS, "color", traits)  # type: ignore[misc]
    checked = check_schema({"properties": {"background": schema}, "required": ["background"]})
    assert example(checked) == {"background": "#ffffff"}
    assert '- "background" (required): a color.\n' in guidance(checked)
