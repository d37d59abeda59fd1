"""The command as a part of a script: standard input and output, exit codes, what it says."""

from csv_batches.models import CsvBatch
from tests.programs.run_csv.conftest import RunCsv
from tests.programs.run_csv.support import asked_of, rows_file
from tests.support.api import Api, from_csv, numbered, to_csv
from tests.support.run_server import RunServer


def test_rows_come_in_and_answers_go_out_and_failed_rows_are_told(
    api: Api, run_server: RunServer, run_csv: RunCsv
) -> None:
    run_server.script(rules=[{"match": "row 1$", "attempts": [{"do": "status", "status": 422}], "repeat": True}])
    stdin = to_csv([["id", "text"], *numbered(3)])
    code = run_csv.run("-", *asked_of(api, run_server), "--output", "-", "--no-metadata", stdin=stdin)
    assert code == 1, run_csv.said
    head, *lines = from_csv(run_csv.written)
    assert head == ["id", "text", "topic", "score"]
    assert [line[:2] for line in lines] == numbered(3)
    assert [bool(line[2]) for line in lines] == [True, False, True]
    assert "2 rows succeeded, 1 failed, 0 not called." in run_csv.said
    assert "3 of 3 rows" in run_csv.said


def test_a_limit_pauses_it_and_can_be_raised_with_the_resume(
    api: Api, run_server: RunServer, beside_a_worker: RunCsv
) -> None:
    path = rows_file(beside_a_worker.folder, 6)
    limited = beside_a_worker.run(path, *asked_of(api, run_server), "--max-calls", 2, "--rows", "1-4")
    assert limited == 3, beside_a_worker.said
    assert "The limit of 2 calls is reached" in beside_a_worker.said
    batch, output = CsvBatch.objects.get(), beside_a_worker.folder / "out.jsonl"
    raised = ("--max-calls", 9, "--rows", "1-4", "--output", output)
    assert beside_a_worker.run("--resume", batch.pk, *raised) == 0, beside_a_worker.said
    out = output.read_text().splitlines()
    assert len(out) == 4
    assert {call["user_message"] for call in run_server.ledger()} == {f"text: row {index}" for index in range(1, 5)}


def test_what_is_wrong_is_said_before_anything_is_called(api: Api, run_server: RunServer, run_csv: RunCsv) -> None:
    path = rows_file(run_csv.folder, 2)
    assert run_csv.run(path, *asked_of(api, run_server), "--map", "txt=prompt", "--output", "-") == 2
    assert "The file has no column “txt”" in run_csv.said
    assert not run_csv.written
    assert not CsvBatch.objects.exists()
