"""The published schema of manifests says what batches have."""

from typing import Any

from jsonschema import Draft202012Validator

from csv_batches.api.serializers import DraftSerializer
from csv_batches.rules import manifest
from csv_batches.services.duplicates import DUPLICATED_SETTINGS, FILE_SETTINGS, READING
from experiments.api.serializers.fields import ResponseFieldDraftSerializer
from experiments.api.serializers.read_options import ReadOptionsSerializer

PROPERTIES: dict[str, Any] = manifest.schema()["properties"]
WRITTEN_AS = {
    "columns": "mapping",
    # Made of the fields.
    **dict.fromkeys(("schema_json", "schema_guidance", "schema_example"), "response_fields"),
    **dict.fromkeys(FILE_SETTINGS, "file"),
    **dict.fromkeys(READING, "reading"),
}


def values_of(part: dict[str, Any]) -> tuple[Any, ...]:
    return part.get("minimum"), part.get("maximum"), part.get("enum")


def test_it_is_a_schema_of_the_draft_2020_12() -> None:
    Draft202012Validator.check_schema(manifest.schema())
    assert manifest.schema()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_it_has_each_setting_that_a_duplicate_takes() -> None:
    assert {WRITTEN_AS.get(name, name) for name in DUPLICATED_SETTINGS} <= set(PROPERTIES)


def test_it_has_the_bounds_and_choices_of_the_api() -> None:
    for name, field in DraftSerializer().get_fields().items():
        part = PROPERTIES[WRITTEN_AS.get(name, name)]
        bounds = getattr(field, "min_value", None), getattr(field, "max_value", None)
        choices = list(field.choices) if hasattr(field, "choices") else None
        lowest, highest = (None if one is None else float(one) for one in bounds)
        assert values_of(part) == (lowest, highest, choices), name


def test_it_has_the_options_of_an_upload() -> None:
    assert list(PROPERTIES["reading"]["properties"]) == list(ReadOptionsSerializer().get_fields())


def test_it_has_the_keys_of_a_response_field() -> None:
    keys = PROPERTIES["response_fields"]["items"]["properties"]
    assert set(keys) == set(ResponseFieldDraftSerializer().get_fields())
    assert keys["type"]["enum"] == list(ResponseFieldDraftSerializer().get_fields()["type"].choices)
