"""The manifest of a batch makes the same batch again."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from csv_batches.models import CsvBatch
from csv_batches.rules.manifest import schema
from csv_batches.services.duplicates import DUPLICATED_SETTINGS
from tests.support.api import SCORE, TOPIC, Api

FILE = b"# lines of notes\nid;a b;text\n1;x;caf\xe9\n2;y;tea\n"
MAPPING = {"a b": "system_param:order.no", "text": "prompt"}
SETTINGS = {
    "prompt_template": "{{ row.text }}",
    "response_fields": [TOPIC, {**SCORE, "minimum": 1}],
    "schema_mode": "batch",
    "agent_key": "a",
    "concurrency": 7,
    "max_cost": 1.25,
    "max_calls": 9,
    "reuse": "batch",
    "tolerant": True,
    "skip_empty": True,
}


@pytest.fixture
def batch(api: Api) -> str:
    made = api.draft(api.network(None))
    options = {"encoding": "cp1252", "delimiter": ";", "comment": "#"}
    api.upload(made, FILE, name="orders.csv", **options)
    columns = [{"name": "a b", "mode": "system_param", "key": "order.no"}, {"name": "text", "mode": "prompt"}]
    api.patch(f"/csv_batches/{made}", {**SETTINGS, "columns": columns})
    return made


def from_manifest(api: Api, manifest: Any, content: bytes = FILE, want: int = 201, **more: Any) -> Any:
    text = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    data = {
        "manifest": SimpleUploadedFile("m.json", text),
        "file": SimpleUploadedFile("orders.csv", content),
        **more,
    }
    return api.call("post", "/csv_batches/manifest", want, data, format="multipart")


def errors_of(answer: Any) -> list[tuple[str, str]]:
    return [(error["code"], error["attr"]) for error in answer["errors"]]


def test_it_has_all_that_the_batch_is_made_of_and_nothing_of_this_site(api: Api, batch: str) -> None:
    manifest = api.get(f"/csv_batches/{batch}/manifest")
    assert manifest["name"] == "batch"
    assert manifest["file"]["name"] == "orders.csv"
    assert (manifest["file"]["rows"], len(manifest["file"]["sha256"])) == (2, 64)
    assert manifest["reading"].items() >= {"encoding": "cp1252", "delimiter": ";", "comment": "#", "header": 2}.items()
    assert manifest["mapping"] == MAPPING
    assert manifest["network"] == "net"
    assert manifest.items() >= {**SETTINGS, "response_fields": manifest["response_fields"]}.items()
    published = api.get(manifest["$schema"].partition("/api")[2])
    assert set(manifest) <= set(published["properties"])


def test_the_batch_that_it_makes_has_the_same_rows_and_settings(api: Api, batch: str) -> None:
    manifest = api.get(f"/csv_batches/{batch}/manifest")
    made = from_manifest(api, manifest)
    first, again = CsvBatch.objects.get(pk=batch), CsvBatch.objects.get(pk=made["id"])
    # What was found in the first reading is given to the second one.
    of_reading = {"read_options"}
    for name in {*DUPLICATED_SETTINGS, "name", "total"} - of_reading:
        assert getattr(again, name) == getattr(first, name), name
    assert [row["row_payload"] for row in api.rows(made["id"])] == [row["row_payload"] for row in api.rows(batch)]
    preview = api.post(f"/csv_batches/{made['id']}/preview", {}, 200)
    assert preview == api.post(f"/csv_batches/{batch}/preview", {}, 200)
    assert api.get(f"/csv_batches/{made['id']}/manifest") == manifest


def test_another_file_is_refused_unless_it_is_accepted(api: Api, batch: str) -> None:
    manifest = api.get(f"/csv_batches/{batch}/manifest")
    other = FILE + b"3;z;milk\n"
    refused = from_manifest(api, manifest, other, 400)
    assert errors_of(refused) == [("other_file", "file")]
    assert "isn’t the file of the manifest, “orders.csv”" in refused["errors"][0]["detail"]
    assert from_manifest(api, manifest, other, accept_other_file="1")["progress"]["total"] == 3
    del manifest["file"]
    assert from_manifest(api, manifest, other)["progress"]["total"] == 3


def test_rows_that_are_not_those_of_the_file_are_noticed(api: Api, batch: str) -> None:
    manifest = api.get(f"/csv_batches/{batch}/manifest")
    manifest["file"]["rows"] = 1
    assert errors_of(from_manifest(api, manifest, want=400)) == [("other_file", "file")]
    assert CsvBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code", "attr"),
    [
        ({"network": "nowhere"}, "does_not_exist", "manifest.network"),
        ({"mapping": {"text": "prompt", "txt": "prompt"}}, "unknown_column", "manifest.mapping.txt"),
        ({"mapping": {"id": "system_param:a", "text": "system_param:a.b"}}, "key_clash", "manifest.mapping"),
        ({"prompt_template": "{{ row.text"}, None, "manifest.prompt_template"),
        ({"response_fields": [{"name": "1"}]}, "invalid_field", "manifest.response_fields"),
        ({"json_schema": {"type": "object"}}, "invalid", "manifest.json_schema"),
        ({"concurrency": 0}, "invalid", "manifest.concurrency"),
    ],
)
def test_nothing_is_made_where_it_cannot_be_used(api: Api, batch: str, change: Any, code: str, attr: str) -> None:
    manifest = api.get(f"/csv_batches/{batch}/manifest")
    ((found, where),) = errors_of(from_manifest(api, {**manifest, **change}, want=400))
    assert where == attr
    assert code in (None, found)
    assert CsvBatch.objects.count() == 1


def test_a_json_schema_takes_the_place_of_fields(api: Api) -> None:
    api.network(None)
    topics = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}
    head = {"format": "csv-batch-manifest", "version": 1, "network": "net", "mapping": {"a": "prompt"}}
    made = from_manifest(api, {**head, "json_schema": topics}, b"a\n1\n")
    assert [field["name"] for field in made["response_fields"]] == ["topic"]
    assert (made["name"], made["schema_mode"]) == ("orders", "batch")
    lost = {"type": "object", "properties": {"topic": {"type": ["string", "number"]}}}
    assert errors_of(from_manifest(api, {**head, "json_schema": lost}, b"a\n1\n", 400)) == [
        ("invalid_schema", "manifest.json_schema")
    ]


def test_with_the_schema_of_the_network_that_must_be_the_same(api: Api) -> None:
    topics = {"type": "object", "properties": {"topic": {"type": "string"}}}
    network = api.network(None, additional_data={"respond_payload_schema": topics})
    batch = api.ready(network, [["1", "x"]], schema_mode="keep", response_fields=[])
    api.run(batch)
    api.post(f"/csv_batches/{batch}/cancel", {}, 202)
    manifest = api.get(f"/csv_batches/{batch}/manifest")
    assert manifest["json_schema"] == topics
    content = b"id,text\n1,x\n"
    again = from_manifest(api, manifest, content)
    api.run(again["id"])
    assert api.batch(again["id"])["schema_json"] == api.batch(batch)["schema_json"]
    api.network(None, "other")
    answer = from_manifest(api, {**manifest, "network": "other"}, content, 400)
    assert errors_of(answer) == [("schema_change", "manifest.json_schema")]


def test_only_who_sees_the_batch_gets_it_and_anybody_gets_the_schema(api: Api, batch: str) -> None:
    Api.as_user("bob").get(f"/csv_batches/{batch}/manifest", 404)
    assert APIClient().get("/api/csv_batches/manifest/schema").json() == schema()
