"""A report says when its figures are not to be trusted, and is silent otherwise."""

from dataclasses import replace

import pytest

from csv_batches.bench.report import report, warnings
from tests.unit.csv_batches.bench.results import QUIET, result


def test_a_quiet_machine_gets_no_warning() -> None:
    assert list(warnings(QUIET, [result()])) == []


def test_a_loaded_machine_does() -> None:
    loaded = replace(QUIET, load=1.34, quiet=False)
    assert list(warnings(loaded, [])) == [
        "This machine isn’t quiet: its load is 1.34 on 2 cores. Figures may be too low."
    ]


@pytest.mark.parametrize(("floor", "warned"), [([100.0, 100.0, 114.0], False), ([100.0, 100.0, 116.0], True)])
def test_a_floor_that_varies_does(floor: list[float], warned: bool) -> None:
    assert any("varied by 16%" in line for line in warnings(QUIET, [result(floor=floor)])) is warned


def test_a_floor_measured_once_cannot_vary() -> None:
    assert list(warnings(QUIET, [result(floor=[46.0])])) == []


def test_calls_that_failed_do() -> None:
    (line,) = warnings(QUIET, [result(details=[{"failed": 0.0}, {"failed": 3.0}])])
    assert line == "one at a time, 20 ms: 3 calls failed. Its figures mean little."


@pytest.mark.parametrize(("share", "warned"), [(0.79, False), (0.81, True)])
def test_a_server_that_may_have_been_the_limit_does(share: float, warned: bool) -> None:
    assert (
        any("own server was busy" in line for line in warnings(QUIET, [result(details=[{"server_cpu": share}])]))
        is warned
    )


def test_they_stand_above_the_table() -> None:
    text = report(replace(QUIET, quiet=False), [result()])
    assert text.index("isn’t quiet") < text.index("what")
