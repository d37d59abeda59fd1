"""When the command ends, and with which exit code."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from csv_batches.run_csv.choices import ExitCode
from csv_batches.run_csv.display import Lines, State
from csv_batches.run_csv.job import Job


class Heard(list[str]):
    def job(self, **options: Any) -> Job:
        return Job({"rows": None, "patience": 15.0, **options}, Lines(self.append))


def paused(code: str, until_min: float | None = None) -> CsvBatch:
    until = None if until_min is None else timezone.now() + timedelta(minutes=until_min)
    return CsvBatch(status="paused", pause_code=code, pause_detail="Why.", pause_until=until)


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        (CsvBatch(status="running"), None),
        (CsvBatch(status="completed", total=2, succeeded=2), ExitCode.SUCCEEDED),
        (CsvBatch(status="completed", total=2, succeeded=1, failed=1), ExitCode.SOME_FAILED),
        # A person has corrected it.
        (CsvBatch(status="completed", total=1, failed=1, failed_corrected=1), ExitCode.SUCCEEDED),
        (CsvBatch(status="cancelled"), ExitCode.ENDED),
        (CsvBatch(status="running", deleted_at=timezone.now()), ExitCode.ENDED),
        (paused("range"), ExitCode.SUCCEEDED),
        (paused("user"), ExitCode.PAUSED),
        (paused("cap_cost"), ExitCode.PAUSED),
        (paused("unreachable", until_min=5), None),
        (paused("unreachable", until_min=60), ExitCode.PAUSED),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
def test_it_ends_with_the_batch_and_waits_for_one_that_resumes_soon(batch: CsvBatch, code: ExitCode | None) -> None:
    assert Heard().job()._end_of(batch) == code


def test_a_pause_is_told_once() -> None:
    heard = Heard()
    job = heard.job()
    batch = paused("unreachable", until_min=5)
    assert [job._end_of(batch) for _ in range(3)] == [None] * 3
    (said,) = heard
    assert said.startswith("Why. It resumes by itself at ")


def test_a_range_counts_its_own_rows() -> None:
    batch = CsvBatch(status="running", total=9, queued=6, running=1, succeeded=1, failed=1)
    assert str(State.of(batch, None)) == "2 of 9 rows, 1 failed"
    assert str(State.of(batch, (2, 5))) == "2 of 4 rows, 1 failed"
    assert str(State.of(batch, (2, 99))) == "2 of 7 rows, 1 failed"


def test_lines_are_few() -> None:
    heard = Heard()
    lines = Lines(heard.append)
    for done in range(3):
        lines.show(State(done, 3, "0 failed"))
    assert heard == ["0 of 3 rows, 0 failed"]
