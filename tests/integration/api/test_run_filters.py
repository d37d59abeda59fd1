"""The filters of the list of runs."""

import pytest

from experiments.models import Run
from tests.integration.api.support import errors
from tests.integration.web.run.support import direct, of_a_row
from tests.support.api import Api


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["new", "row", "old"]),
        ({"network": "other"}, ["old"]),
        ({"network": "nowhere"}, []),
        ({"kind": "csv_batch"}, ["row"]),
        ({"kind": "direct"}, ["new", "old"]),
        ({"status": "ok"}, ["new", "row"]),
        ({"status": "failed"}, ["old"]),
        ({"since": "2021-01-01T00:00:00Z"}, ["new", "row"]),
        ({"until": "2021-01-01T00:00:00Z"}, ["old"]),
        ({"kind": "direct", "status": "ok"}, ["new"]),
    ],
)
def test_the_filters(api: Api, query: dict[str, str], found: list[str]) -> None:
    direct("ann", "old", network="other", status="run_error")
    Run.objects.filter(trace_id="old").update(created_at="2020-01-01T00:00:00Z")
    direct("ann", "new")
    of_a_row("ann", "row")
    Run.objects.filter(trace_id="row").update(created_at="2021-01-01T00:00:00Z")
    assert [run["trace_id"] for run in api.get("/runs", **query)["results"]] == found


@pytest.mark.parametrize("name", ["kind", "since", "until"])
def test_a_filter_that_is_not_understood_is_refused(api: Api, name: str) -> None:
    assert [attr for _, attr in errors(api.get("/runs", 400, **{name: "horse"}))] == [name]


def test_the_filters_and_the_pages_go_together(api: Api) -> None:
    for number in range(5):
        direct("ann", f"t{number}", status="ok" if number % 2 else "error", age_s=number)
    page = api.get("/runs", status="failed", limit=2)
    assert [run["trace_id"] for run in page["results"]] == ["t0", "t2"]
    assert [run["trace_id"] for run in api.get(page["next"].partition("/api")[2])["results"]] == ["t4"]
