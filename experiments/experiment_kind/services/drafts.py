"""The settings of an experiment. The data set of a draft is changed by `uploads` and `items_by_hand`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from experiments import response_schema
from experiments.core.choices import QueueStatus
from experiments.core.errors import InvalidInput
from experiments.experiment_kind.choices import SchemaMode
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.scoring import Scoring
from experiments.models import queue_settings
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.schema_import import schema_to_fields
from experiments.services import networks, queues, quotas
from experiments.services.locking import queue_lock, refuse_after_start

AFTER_START = {*queue_settings.AFTER_START, "scoring"}


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
    if "scoring" in values:
        experiment.scoring = Scoring.from_json(values["scoring"]).to_json()
    if "schema_mode" in values or "schema_json" in values:
        _apply_schema(experiment, values)


def _apply_schema(experiment: Experiment, values: Mapping[str, Any]) -> None:
    """A schema that is given is the experiment's own, unless the mode says otherwise."""
    schema = values.get("schema_json", experiment.schema_json)
    experiment.schema_mode = values.get("schema_mode") or (SchemaMode.OWN if schema else experiment.schema_mode)
    if experiment.schema_mode != SchemaMode.OWN or not schema:
        set_schema(experiment, None)
        return
    try:
        checked = response_schema.check_schema(schema)
    except InvalidInput as error:
        raise InvalidInput(error.detail, code=error.code, attr="schema_json") from error
    set_schema(experiment, (checked, response_schema.guidance(checked), response_schema.example(checked)))
