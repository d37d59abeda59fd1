"""What generators of clients make of the description: names, types and sentences that one would have written."""

import re
from typing import Any

import pytest

from tests.integration.api.test_description import public_description

pytestmark = pytest.mark.django_db
VERBS = ("pause", "resume", "cancel", "retry", "run", "duplicate", "upload", "preview", "try", "results", "export")


@pytest.fixture
def described() -> dict[str, Any]:
    return public_description()


@pytest.fixture
def schemas(described: dict[str, Any]) -> dict[str, Any]:
    return dict(described["components"]["schemas"])


def calls(described: dict[str, Any]) -> list[dict[str, Any]]:
    # Surveys are a kind that only the tests install.
    return [call for path, of_path in described["paths"].items() if "survey" not in path for call in of_path.values()]


def test_a_call_is_named_by_its_verb(described: dict[str, Any]) -> None:
    names = [call["operationId"] for call in calls(described)]
    assert len(set(names)) == len(names)
    of_batches = {f"csv_batches_{verb}" for verb in (*VERBS, "list", "create", "rows_insert", "rows_update")}
    assert of_batches < set(names)
    created = {name for name in names if name.endswith("create")}
    assert created == {"networks_create", "csv_batches_create", "experiments_create", "subscriptions_create"}
    assert not [name for name in names if name[-1].isdecimal()]


def test_every_call_has_a_summary_and_a_tag(described: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in described["tags"]}
    for call in calls(described):
        assert 4 < len(call["summary"]) < 160, call["operationId"]
        assert "." not in call["summary"].removesuffix("."), call["operationId"]
        assert set(call["tags"]) <= tags


def test_the_calls_of_one_address_are_told_apart(described: dict[str, Any]) -> None:
    for path, of_path in described["paths"].items():
        sentences = [call["description"] for call in of_path.values()]
        assert len(set(sentences)) == len(sentences), path


def test_every_call_says_which_errors_it_has(described: dict[str, Any]) -> None:
    for path, of_path in described["paths"].items():
        for method, call in of_path.items():
            if path.startswith("/api/"):
                wanted = {"400", "401", "429"} | ({"404"} if "{" in path else set())
                wanted |= {"403", "409", "413", "415", "507"} if method != "get" else set()
                assert wanted <= set(call["responses"]), (method, path)


def test_values_that_are_one_of_some_have_names(schemas: dict[str, Any]) -> None:
    named = {name for name, schema in schemas.items() if "enum" in schema}
    wanted = {"BatchStatus", "RowStatus", "RowError", "FieldType", "MappingMode", "BatchSchemaMode", "ScoringRule"}
    assert wanted <= named
    assert not [name for name in named if re.search(r"[0-9A-F]{3}Enum|NullEnum|BlankEnum", name)]


def test_columns_and_response_fields_are_typed_in_both_directions(schemas: dict[str, Any]) -> None:
    for name, field, inner in (
        ("Batch", "columns", "Column"),
        ("Batch", "response_fields", "ResponseField"),
        ("DraftRequest", "columns", "ColumnDraftRequest"),
        ("DraftRequest", "response_fields", "ResponseFieldDraftRequest"),
        ("Run", "execution_log", "Step"),
    ):
        assert schemas[name]["properties"][field]["items"] == {"$ref": f"#/components/schemas/{inner}"}
    assert set(schemas["Column"]["required"]) == {"name", "header", "mode", "key"}
    assert schemas["ColumnDraftRequest"]["required"] == ["name"]
    assert schemas["Run"]["properties"]["final"] == {"$ref": "#/components/schemas/Final"}


def test_the_answers_of_a_comparison_are_objects_or_null(schemas: dict[str, Any]) -> None:
    row = schemas["ComparedRow"]["properties"]
    assert row["a"]["type"] == row["b"]["type"] == ["object", "null"]


def test_what_every_answer_has_is_required_there(schemas: dict[str, Any]) -> None:
    for name in ("Network", "Agent", "Run", "Batch", "Experiment"):
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"]), name
    assert schemas["NetworkRequest"]["required"] == ["name"]


def test_a_value_that_can_be_null_says_so(schemas: dict[str, Any]) -> None:
    either = {"oneOf": [{"$ref": "#/components/schemas/BatchStatus"}, {"type": "null"}]}
    assert schemas["Trial"]["properties"]["status"] == either
    # A response field has such a key; the keyword of OpenAPI 3.0 would have a value.
    assert "'nullable': True" not in str(schemas)


def test_a_file_and_its_options_are_a_typed_form(described: dict[str, Any], schemas: dict[str, Any]) -> None:
    content = described["paths"]["/api/csv_batches/{batch_id}/upload"]["post"]["requestBody"]["content"]
    assert content == {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/UploadRequest"}}}
    fields = schemas["UploadRequest"]["properties"]
    assert fields["file"] == {"type": "string", "format": "binary"}
    assert fields["header"] | {"description": ""} == {
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31 - 1,
        "description": "",
    }


def test_an_export_is_text_or_a_file_of_its_media_types(described: dict[str, Any]) -> None:
    export = described["paths"]["/api/csv_batches/{batch_id}/export"]["get"]
    binary = {"type": "string", "format": "binary"}
    assert export["responses"]["200"]["content"] == {
        "text/csv": {"schema": {"type": "string"}},
        "application/jsonl": {"schema": {"type": "string"}},
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"schema": binary},
        "application/vnd.apache.parquet": {"schema": binary},
    }
    (status,) = [one["schema"] for one in export["parameters"] if one["name"] == "status"]
    assert (status["type"], None in status["enum"]) == ("string", False)


def test_it_says_where_the_api_is(described: dict[str, Any]) -> None:
    assert [server["url"] for server in described["servers"]] == ["/"]
