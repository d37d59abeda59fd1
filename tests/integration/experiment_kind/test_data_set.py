"""From a file, or by hand, to the items of a draft: all of it or nothing."""

import json
from typing import Any

import pytest

from experiments.core.errors import Conflict, InvalidInput, Part
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import duplicates, items_by_hand
from experiments.experiment_kind.services.uploads import DatasetRefused
from experiments.ingest import RejectedFile
from experiments.models import Queue
from tests.support import datasets

pytestmark = pytest.mark.django_db


def payloads(experiment: Experiment) -> list[list[str]]:
    return list(experiment.rows.in_order().values_list("payload", flat=True))


def reload(experiment: Experiment) -> Experiment:
    return Experiment.objects.get(pk=experiment.pk)


def test_each_item_is_stored_as_often_as_it_runs_with_its_number_and_iteration() -> None:
    made = datasets.upload(datasets.draft(), "run_input,expected,iterations\na,1,2\nb,2,\n")
    assert payloads(made) == [["a", "1", "2", "0", "1"], ["a", "1", "2", "0", "2"], ["b", "2", "", "1", "1"]]
    stored = reload(made)
    assert (stored.total, stored.queued, stored.dataset_size) == (3, 3, 2)
    assert [column["role"] for column in stored.columns] == ["message", "expected", "iterations"]


def test_what_the_file_was_is_kept() -> None:
    made = datasets.upload(datasets.draft(), "run_input;expected\r\na;1\r\n", "trivia.csv")
    stored = reload(made)
    assert (stored.dataset_name, stored.source_name, stored.source_size) == ("trivia.csv", "trivia.csv", 25)
    assert (stored.encoding, stored.delimiter, stored.line_end) == ("utf-8", ";", "\r\n")
    assert len(stored.source_sha256) == 64


def test_a_file_with_errors_leaves_the_draft_as_it_was() -> None:
    made = datasets.upload(datasets.draft(), "run_input,expected\na,1\n", "first.csv")
    before = (payloads(made), reload(made).columns)
    with pytest.raises(DatasetRefused) as refused:
        datasets.upload(made, "run_input,iterations\na,1\n,zero\n", "second.csv")
    assert [error.code for error in refused.value.errors] == ["empty_message", "invalid_iterations"]
    parts = [error.part for error in refused.value.errors]
    assert parts == [Part(line=3, column=1, name="run_input"), Part(line=3, column=2, name="iterations")]
    assert (refused.value.extra["line"], refused.value.extra["column"]) == (3, 1)
    assert refused.value.extra["problem_count"] == 2
    assert (payloads(made), reload(made).columns) == before
    assert reload(made).source_name == "first.csv"


def test_a_file_that_cannot_be_read_is_refused_as_for_batches() -> None:
    with pytest.raises(RejectedFile, match="Line 3"):
        datasets.upload(datasets.draft(), 'run_input\na\n"b\n')


def test_warnings_are_kept_with_the_draft() -> None:
    made = datasets.upload(datasets.draft(), "run_input,expected\na,\n")
    [warning] = reload(made).warnings
    assert (warning["code"], warning["line"], warning["field"]) == ("no_expected", 2, "expected")


def test_a_new_file_takes_the_place_of_the_old_one() -> None:
    made = datasets.upload(datasets.draft(), "run_input,expected,iterations\na,1,3\n")
    datasets.upload(made, datasets.jsonl([{"user_message": "b", "expected": {"x": [1, 2.50]}}]), "x.jsonl")
    assert payloads(made) == [["b", '{"x":[1,2.5]}', "0", "1"]]
    assert reload(made).total == 1


def test_the_data_set_of_a_started_experiment_stays() -> None:
    made = datasets.with_items("run_input\na\n")
    Queue.objects.filter(pk=made.pk).update(status="running")
    with pytest.raises(Conflict):
        datasets.upload(made, "run_input\nb\n")
    with pytest.raises(Conflict):
        items_by_hand.add(experiment_id=made.pk, item={"user_message": "b"})


def add(experiment: Experiment, **item: Any) -> Experiment:
    return items_by_hand.add(experiment_id=experiment.pk, item=item)


def test_an_item_by_hand_makes_the_columns_that_it_needs() -> None:
    made = add(datasets.draft(), user_message="2 + 2", expected=4, iterations=2)
    assert reload(made).column_names == ["user_message", "expected"]
    assert payloads(made) == [["2 + 2", "4", "0", "1"], ["2 + 2", "4", "0", "2"]]
    add(made, user_message="x", label="easy", system_params={"a": {"b": 1}}, metadata={"id": "7"})
    assert reload(made).column_names == ["user_message", "expected", "label", "system_params", "id"]
    assert payloads(made) == [
        ["2 + 2", "4", "", "", "", "0", "1"],
        ["2 + 2", "4", "", "", "", "0", "2"],
        ["x", "", "easy", '{"a":{"b":1}}', "7", "1", "1"],
    ]
    assert (reload(made).dataset_size, reload(made).total) == (2, 3)


def test_an_item_by_hand_goes_into_the_columns_of_the_file() -> None:
    made = datasets.upload(datasets.draft(), "run_input,correct_answer,iterations,note\na,1,2,n\n")
    add(made, user_message="b", expected="2", iterations=1, metadata={"note": "m"})
    assert reload(made).column_names == ["run_input", "correct_answer", "iterations", "note"]
    assert payloads(made)[-1] == ["b", "2", "1", "m", "1", "1"]


@pytest.mark.parametrize(
    ("item", "code", "attr"),
    [
        ({"user_message": " "}, "required", "user_message"),
        ({"user_message": "a", "iterations": 101}, "invalid_iterations", "iterations"),
        ({"user_message": "a", "iterations": -1}, "invalid_iterations", "iterations"),
        ({"user_message": "a", "system_params": {"network": "x"}}, "invalid_system_params", "system_params"),
        ({"user_message": "a\0"}, "invalid_text", None),
        ({"user_message": "a", "metadata": {"Expected": "x"}}, "reserved_name", "metadata"),
        ({"user_message": "a", "metadata": {" ": "x"}}, "invalid_text", "metadata"),
        ({"user_message": "a", "metadata": {"x\0": "x"}}, "invalid_text", "metadata"),
        ({"user_message": "a", "metadata": {"x\ud800": "x"}}, "invalid_text", "metadata"),
        ({"user_message": "a", "expected": "\ud800"}, "invalid_text", None),
    ],
)
def test_an_item_that_cannot_run_is_refused_and_nothing_stored(
    item: dict[str, Any], code: str, attr: str | None
) -> None:
    made = datasets.draft()
    with pytest.raises(InvalidInput) as refused:
        add(made, **item)
    assert (refused.value.code, refused.value.attr) == (code, attr)
    assert (reload(made).columns, payloads(made)) == ([], [])


def test_the_digest_tells_messages_and_params_and_not_expectations_or_iterations() -> None:
    def digest(content: str, name: str = "x.csv") -> str:
        return reload(datasets.upload(datasets.draft(), content, name)).dataset_digest

    one = digest("run_input,expected,system_params.a\nx,1,y\nz,2,\n")
    same = [{"user_message": "x", "iterations": 3, "system_params": {"a": "y"}}, {"user_message": "z"}]
    assert digest(datasets.jsonl(same).decode(), "x.jsonl") == one
    assert digest("run_input,expected,system_params.a\nz,2,\nx,1,y\n") != one
    assert digest("run_input,expected,system_params.a\nx,1,Y\nz,2,\n") != one
    by_hand = add(datasets.draft(), user_message="x", system_params={"a": "y"})
    assert reload(add(by_hand, user_message="z")).dataset_digest == one


def test_a_duplicate_has_data_set_settings_and_scoring_and_none_of_the_answers() -> None:
    made = datasets.with_items("run_input,expected\na,1\n", schema_json=datasets.ANSWER, scoring={"rule": "exact"})
    made = datasets.answered(made, [{"answer": "1"}])
    copy = reload(duplicates.duplicate(experiment=made, user=made.created_by))
    assert (copy.status, copy.total, copy.queued, copy.succeeded) == ("draft", 1, 1, 0)
    assert payloads(copy) == payloads(made)
    assert list(copy.rows.values_list("status", "result_payload")) == [("queued", None)]
    for name in ("columns", "dataset_digest", "scoring", "network_id", "schema_mode"):
        assert getattr(copy, name) == getattr(made, name)
    assert json.dumps(copy.schema_json) == json.dumps(made.schema_json)
