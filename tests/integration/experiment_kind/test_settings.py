"""What can be set, and when."""

from typing import Any

import pytest

from experiments.core.errors import Conflict, InvalidInput, Problems
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, launch
from experiments.models import Network, Queue
from tests.support import datasets

pytestmark = pytest.mark.django_db


def update(experiment: Experiment, **values: Any) -> Experiment:
    return drafts.update(experiment_id=experiment.pk, values=values)


def missing(experiment: Experiment) -> list[str | None]:
    with pytest.raises(Problems) as refused:
        launch.run(experiment_id=experiment.pk)
    return [error.attr for error in refused.value.errors]


def test_what_is_missing_is_said_all_at_once() -> None:
    assert missing(datasets.draft(schema_mode="own")) == ["items", "schema_json", "network"]


def test_without_a_prompt_column_a_template_is_needed_and_it_names_columns_that_there_are() -> None:
    made = datasets.with_items("run_input,expected\na,1\n")
    made = update(made, columns=[{"name": "run_input", "mode": "metadata", "key": ""}])
    assert missing(made) == ["columns"]
    assert missing(update(made, prompt_template="{{ row.nothing }}")) == ["prompt_template"]
    launch.run(experiment_id=update(made, prompt_template="{{ row.run_input }}").pk)


def test_a_template_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        update(datasets.draft(), prompt_template="{{ row.")
    assert refused.value.attr == "prompt_template"


def test_an_agent_that_the_network_does_not_have_keeps_it_from_starting() -> None:
    made = datasets.with_items("run_input\na\n", agent_key="b")
    Network.objects.get(name="net").agents.create(key="a")
    assert missing(made) == ["agent_key"]


def test_a_pasted_schema_is_checked_and_gives_the_fields() -> None:
    made = update(datasets.draft(), schema_json=datasets.ANSWER)
    assert made.schema_mode == "own"
    assert [field["name"] for field in made.response_fields] == ["answer"]
    with pytest.raises(InvalidInput) as refused:
        update(made, schema_json={"type": "array"})
    assert (refused.value.code, refused.value.attr) == ("invalid_schema", "schema_json")


def test_another_mode_drops_the_pasted_schema() -> None:
    made = update(update(datasets.draft(), schema_json=datasets.ANSWER), schema_mode="none")
    assert (made.schema_mode, made.schema_json, made.response_fields) == ("none", None, [])


def test_the_network_s_schema_is_copied_at_the_start_and_the_network_left_alone() -> None:
    made = datasets.with_items("run_input\na\n")
    before = {"respond_payload_schema": datasets.ANSWER, "respond_payload_guidance": "Say it."}
    Network.objects.filter(name="net").update(additional_data=before)
    launch.run(experiment_id=made.pk)
    stored = Experiment.objects.get(pk=made.pk)
    assert (stored.status, stored.schema_json, stored.schema_guidance) == ("running", datasets.ANSWER, "Say it.")
    assert Network.objects.get(name="net").additional_data == before


def test_a_network_without_a_schema_leaves_any_object_acceptable() -> None:
    made = datasets.with_items("run_input\na\n")
    launch.run(experiment_id=made.pk)
    assert Experiment.objects.get(pk=made.pk).schema_json is None


def test_it_starts_once() -> None:
    made = datasets.with_items("run_input\na\n")
    launch.run(experiment_id=made.pk)
    with pytest.raises(Conflict) as refused:
        launch.run(experiment_id=made.pk)
    assert refused.value.code == "already_started"


def test_after_the_start_name_concurrency_and_scoring_change_and_nothing_else() -> None:
    made = datasets.with_items("run_input\na\n")
    Queue.objects.filter(pk=made.pk).update(status="completed", queued=0, succeeded=1)
    changed = update(made, name="new", concurrency=3, scoring={"rule": "exact"})
    assert (changed.name, changed.concurrency, changed.scoring["rule"]) == ("new", 3, "exact")
    with pytest.raises(Conflict, match="schema_json"):
        update(made, schema_json=datasets.ANSWER)


@pytest.mark.parametrize(
    ("scoring", "attr"), [({"rule": "x"}, "scoring.rule"), ({"absolute": -1}, "scoring.absolute"), ([], "scoring")]
)
def test_a_scoring_that_cannot_be_is_refused(scoring: Any, attr: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        update(datasets.draft(), scoring=scoring)
    assert refused.value.attr == attr
