"""The dashboard and the page of documents name metrics that the site has, with labels that they have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from experiments.web.metrics.exposition import METRICS, Sort

ROOT = Path(__file__).resolve().parents[4]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "workbench.json").read_text())
NAME = re.compile(r"\bworkbench_[a-z_]+")
PARTS = ("_bucket", "_sum", "_count")
OF_QUERIES = {"le"}


def metric_of(name: str) -> str:
    """The metric that a series belongs to: a histogram has three sorts of them."""
    for part in PARTS:
        whole = name.removesuffix(part)
        if whole != name and whole in METRICS and METRICS[whole].sort == Sort.HISTOGRAM:
            return whole
    return name


def queries() -> list[str]:
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


@pytest.mark.parametrize("query", queries())
def test_a_query_names_metrics_and_labels_that_there_are(query: str) -> None:
    names = [metric_of(name) for name in NAME.findall(query)]
    assert names
    assert set(names) <= set(METRICS)
    asked = set(re.findall(r"[{,](\w+)(?:=~|!=|=)", query))
    asked |= {label for group in re.findall(r"by \(([^)]*)\)", query) for label in group.replace(" ", "").split(",")}
    assert asked - OF_QUERIES <= {label for name in names for label in METRICS[name].labels}
    for name in NAME.findall(query):
        is_histogram = METRICS[metric_of(name)].sort == Sort.HISTOGRAM
        assert name.endswith(PARTS) == is_histogram, "of a histogram there are buckets, sums and counts alone"


def test_each_metric_is_on_the_dashboard() -> None:
    shown = {metric_of(name) for query in queries() for name in NAME.findall(query)}
    assert set(METRICS) - shown == set()


def test_its_variables_ask_for_labels_that_there_are() -> None:
    variables = [one["query"]["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query"]
    assert len(variables) == 2
    for query in variables:
        name, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", query).groups()  # type: ignore[union-attr]
        assert label in METRICS[name].labels


def test_panels_have_places_and_ids_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    ids = [panel["id"] for panel in panels]
    assert len(set(ids)) == len(ids)
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def test_the_operations_page_lists_each_metric_with_its_labels() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(workbench_\w+)` \| (\w+) \| ([^|]*) \|", page, re.MULTILINE)
    listed = {name: (sort, tuple(re.findall(r"`(\w+)`", labels))) for name, sort, labels in rows}
    assert listed == {name: (metric.sort.value, metric.labels) for name, metric in METRICS.items()}
