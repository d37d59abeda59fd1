"""What the API's description says of an experiment's rows is what is answered."""

from typing import Any

from tests.integration.api.test_description import public_description
from tests.integration.experiment_kind.test_api import CONTENT, draft, upload
from tests.support.api import Api


def described(path: str, *inside: str) -> set[str]:
    """The keys of an answer's object, or of what lies `inside` of it."""
    whole = public_description()
    found = whole["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for name in inside:
        found = _resolved(whole, found)["properties"][name]["items"]
    return set(_resolved(whole, found)["properties"])


def _resolved(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def test_the_verdict_is_described_in_the_list_and_alone(api: Api) -> None:
    made = draft(api)
    upload(api, made, CONTENT)
    row = api.get(f"/experiments/{made}/rows")["results"][0]
    assert {"verdict", "answered"} <= set(row)
    assert described("/api/experiments/{experiment_id}/rows", "results") == set(row)
    alone = api.get(f"/experiments/{made}/rows/0")
    assert described("/api/experiments/{experiment_id}/rows/{row_index}") == set(alone)


def test_rows_of_a_batch_have_none(api: Api) -> None:
    assert "verdict" not in described("/api/csv_batches/{batch_id}/rows", "results")
