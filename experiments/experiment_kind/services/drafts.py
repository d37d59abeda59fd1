"""The settings of an experiment. The data set of a draft is changed by `uploads` and `items_by_hand`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from experiments import response_schema
from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.errors import InvalidInput
from experiments.experiment_kind import datasets
from experiments.experiment_kind.choices import SchemaMode
from experiments.experiment_kind.datasets import DatasetColumn
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.scoring import Scoring
from experiments.models import queue_settings
from experiments.prompts import compile_template
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import field_to_json, shown_fields
from experiments.response_schema.schema_import import schema_to_fields
from experiments.services import networks, queues, quotas
from experiments.services.locking import queue_lock, refuse_after_start

AFTER_START = {*queue_settings.AFTER_START, "scoring"}
OWN_SCHEMA = {"schema_json", "response_fields"}
"""Two ways of giving an experiment its own schema."""


def create(*, user: Any, values: Mapping[str, Any]) -> Experiment:
    """A new draft. `InvalidInput` names the invalid setting; `Conflict`: the user has too many."""
    with transaction.atomic():
        experiment = begin(user=user, values=values)
        quotas.claim(user.pk, *quotas.NEW_QUEUE, is_written=True)
    return experiment


def begin(*, user: Any, values: Mapping[str, Any]) -> Experiment:
    """The same as a part of something longer, in whose transaction the caller claims the quotas at the end."""
    quotas.refuse_over(user.pk, *quotas.NEW_QUEUE)
    experiment = Experiment(kind=KIND, created_by=user, scoring=Scoring().to_json())
    _apply(experiment, values)
    experiment.save()
    return experiment


def update(*, experiment_id: UUID, values: Mapping[str, Any]) -> Experiment:
    """Changes a draft; once started only name, concurrency, scoring and hard limits, else `Conflict`."""
    with transaction.atomic():
        experiment = queue_lock(Experiment, experiment_id)
        refuse_after_start(experiment, values, allowed=AFTER_START)
        _apply(experiment, values)
        experiment.save()
        if experiment.status != QueueStatus.DRAFT:
            queues.tell_workers(queue_id=experiment.pk, changed=values)
    return experiment


def set_schema(experiment: Experiment, schema: tuple[dict[str, Any], str, dict[str, Any]] | None) -> None:
    """`schema`: the JSON Schema, its guidance, an example of it. The caller saves the experiment."""
    experiment.schema_json, experiment.schema_guidance, experiment.schema_example = schema or (None, "", None)
    fields = schema_to_fields(experiment.schema_json, is_kept=True).fields if schema else ()
    experiment.response_fields = [field_to_json(field) for field in fields]


def _apply(experiment: Experiment, values: Mapping[str, Any]) -> None:
    queues.set_plain_settings(experiment, values)
    if "dataset_name" in values:
        experiment.dataset_name = values["dataset_name"] if values["dataset_name"] is not None else ""
    if "network" in values:
        experiment.network = networks.find(values["network"])
    if "columns" in values:
        _apply_columns(experiment, values["columns"])
    if "prompt_template" in values:
        compile_template(values["prompt_template"])
        experiment.prompt_template = values["prompt_template"]
    if "scoring" in values:
        experiment.scoring = Scoring.from_json(values["scoring"]).to_json()
    if values.keys() & {"schema_mode", *OWN_SCHEMA}:
        _apply_schema(experiment, values)


def _apply_columns(experiment: Experiment, changes: Sequence[Mapping[str, Any]]) -> None:
    """`changes`: `{name, mode, key}`, the mode being a role."""
    columns = datasets.changed_columns([DatasetColumn.from_json(one) for one in experiment.columns], changes)
    # The data set stays the same, for comparisons: what is sent of it is a setting, as the template is.
    experiment.columns = [column.to_json() for column in columns]


def _apply_schema(experiment: Experiment, values: Mapping[str, Any]) -> None:
    """A schema or fields that are given are the experiment's own, unless the mode says otherwise."""
    schema, fields = values.get("schema_json"), values.get("response_fields")
    given = SchemaMode.OWN if schema or fields else experiment.schema_mode
    experiment.schema_mode = values.get("schema_mode") or given
    if experiment.schema_mode != SchemaMode.OWN:
        if fields:
            sentence = f"With schema_mode “{experiment.schema_mode}” an experiment has no response fields of its own."
            raise InvalidInput(sentence, code=ErrorCode.INVALID, attr="response_fields")
        set_schema(experiment, None)
    elif schema:
        _set_own_schema(experiment, _checked_schema(schema))
        # Whoever sends back what it got sends both.
        if fields and list(fields) != shown_fields(experiment.response_fields):
            sentence = "Send response_fields or schema_json, not both: here they differ."
            raise InvalidInput(sentence, code=ErrorCode.INVALID, attr="response_fields")
    elif fields:
        checked = check_fields(fields)
        _set_own_schema(experiment, fields_to_schema(checked))
        experiment.response_fields = [field_to_json(field) for field in checked]
    elif values.keys() & OWN_SCHEMA:
        set_schema(experiment, None)


def _set_own_schema(experiment: Experiment, schema: dict[str, Any]) -> None:
    set_schema(experiment, (schema, response_schema.guidance(schema), response_schema.example(schema)))


def _checked_schema(schema: dict[str, Any]) -> dict[str, Any]:
    try:
        return response_schema.check_schema(schema)
    except InvalidInput as error:
        raise InvalidInput(error.detail, code=error.code, attr="schema_json") from error
