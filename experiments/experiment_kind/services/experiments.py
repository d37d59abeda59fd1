"""Everything that changes an experiment but its data set: settings, start, duplicate."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from experiments import response_schema
from experiments.core import limits
from experiments.core.choices import QueueStatus
from experiments.core.errors import Conflict, InvalidInput, Problems, WorkbenchError
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.scoring import BadScoring, Scoring
from experiments.experiment_kind.services import dataset_items
from experiments.models import Queue
from experiments.response_schema import fields as response_fields
from experiments.selectors.queues import refuse_without_source
from experiments.services import networks, queues, readiness, remote_schema
from experiments.services.locking import queue_lock, refuse_after_start

AFTER_START = {"name", "concurrency", "scoring", *limits.NAMES}
PLAIN = ("name", "agent_key", "debug", "concurrency", "max_attempts", "dataset_name")
SETTINGS = ("network", "agent_key", "debug", "concurrency", "max_attempts", "scoring", *limits.NAMES)
SCHEMA = ("schema_mode", "response_fields", "schema_json", "schema_guidance", "schema_example")
DATASET = (
    *("dataset_name", "source_name", "source_size", "source_sha256", "encoding", "delimiter", "line_end"),
    *("warnings", "columns", "dataset_size", "dataset_digest", "total", "queued"),
)

_COPY_ITEMS = """
INSERT INTO experiments_queueitem (queue_id, kind, row_index, payload, error_code, error_message)
SELECT %(to)s, kind, row_index, payload, '', '' FROM experiments_queueitem WHERE queue_id = %(from)s
"""


def create(*, user: Any, values: Mapping[str, Any]) -> Experiment:
    """A new draft. `InvalidInput` names the setting that cannot be taken."""
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
        if experiment.status != QueueStatus.DRAFT and "concurrency" in values:
            queues.set_concurrency(queue_id=experiment.pk, concurrency=experiment.concurrency)
    return experiment


def missing(experiment: Experiment) -> list[WorkbenchError]:
    """What keeps the experiment from starting, one error each."""
    found: list[WorkbenchError] = []
    if not experiment.total:
        found.append(InvalidInput("Upload a data set, or add an item.", code="required", attr="items"))
    if experiment.schema_mode == Experiment.SchemaMode.OWN and not experiment.schema_json:
        sentence = "Paste the response schema, or choose another way of checking the answers."
        found.append(InvalidInput(sentence, code="required", attr="schema_json"))
    return found + readiness.missing_network(experiment)


def run(*, experiment_id: UUID, range_from: int | None = None, range_to: int | None = None) -> None:
    """Freezes the schema and starts; everything or nothing. `Problems` has one error for each thing that is missing.

    A network with a configuration API is read first, before anything is locked: the experiment keeps to its version.
    """
    pin = _pin(experiment_id)
    with transaction.atomic():
        experiment = queue_lock(Experiment, experiment_id)
        if experiment.status != QueueStatus.DRAFT:
            raise Conflict("This experiment was started already.", code="already_started")
        problems = missing(experiment)
        if problems:
            raise Problems(problems)
        readiness.check_range(experiment, range_from, range_to)
        if pin is None or pin.network_id != experiment.network_id:
            sentence = "The experiment was changed while it started. Look at it, then start again."
            raise Conflict(sentence, code="changed")
        experiment.pinned_version = pin.version
        if experiment.schema_mode == Experiment.SchemaMode.NETWORK:
            assert experiment.network is not None
            _set_schema(experiment, networks.schema_of_network(experiment.network))
        experiment.save()
        queues.start(queue_id=experiment.pk, range_from=range_from, range_to=range_to)


def _pin(experiment_id: UUID) -> remote_schema.Pin | None:
    """None where the experiment is no draft."""
    drafts = Experiment.objects.select_related("network", "created_by").filter(status=QueueStatus.DRAFT)
    experiment = drafts.filter(pk=experiment_id).first()
    return remote_schema.pin(experiment.network, by=experiment.created_by.get_username()) if experiment else None


def duplicate(*, experiment: Experiment, user: Any, failed_only: bool = False) -> Experiment:
    """A new draft with the same data set and settings, to be run again, or by another network.

    `failed_only`: with the items of which a run failed; `InvalidInput` where there is none.
    """
    if failed_only and not experiment.failed:
        raise InvalidInput("No item of this experiment failed.", code="no_rows", attr="only")
    with transaction.atomic():
        values = {name: getattr(experiment, name) for name in (*SETTINGS, *SCHEMA, *DATASET)}
        copy = Experiment(**values, kind=KIND, name=f"{experiment.name[:193]} (copy)", created_by=user)
        copy.queued = copy.total
        if copy.schema_mode == Experiment.SchemaMode.NETWORK:
            _set_schema(copy, None)
        copy.save()
        if failed_only:
            dataset_items.copy_failed(source=experiment, copy=copy)
        else:
            with connection.cursor() as cursor:
                cursor.execute(_COPY_ITEMS, {"from": experiment.pk, "to": copy.pk})
        # After the copy: what is removed from here on is in it.
        refuse_without_source(Queue.objects.get(pk=experiment.pk), "duplicated")
    return copy


def _apply(experiment: Experiment, values: Mapping[str, Any]) -> None:
    for name in PLAIN:
        if name in values:
            setattr(experiment, name, values[name] if values[name] is not None else "")
    for name in limits.NAMES:
        if name in values:
            setattr(experiment, name, values[name])
    if "network" in values:
        experiment.network = networks.find(values["network"])
    if "scoring" in values:
        experiment.scoring = checked_scoring(values["scoring"]).to_json()
    if "schema_mode" in values or "schema_json" in values:
        _apply_schema(experiment, values)


def checked_scoring(given: Any) -> Scoring:
    """`InvalidInput` where it is none; its `attr` is `scoring`, or the part of it that is wrong."""
    if not isinstance(given, Mapping):
        raise InvalidInput("A scoring has rule, field, absolute, relative.", code="invalid_scoring", attr="scoring")
    try:
        return Scoring.of(given)
    except BadScoring as error:
        attr = error.attr if error.attr == "scoring" else f"scoring.{error.attr}"
        raise InvalidInput(error.detail, code="invalid_scoring", attr=attr) from error


def _apply_schema(experiment: Experiment, values: Mapping[str, Any]) -> None:
    """A schema that is given is the experiment's own, unless the mode says otherwise."""
    schema = values.get("schema_json", experiment.schema_json)
    own = Experiment.SchemaMode.OWN
    experiment.schema_mode = values.get("schema_mode") or (own if schema else experiment.schema_mode)
    if experiment.schema_mode != own or not schema:
        _set_schema(experiment, None)
        return
    try:
        checked = response_schema.check_schema(schema)
    except InvalidInput as error:
        raise InvalidInput(error.detail, code=error.code, attr="schema_json") from error
    _set_schema(experiment, (checked, response_schema.guidance(checked), response_schema.example(checked)))


def _set_schema(experiment: Experiment, schema: tuple[dict[str, Any], str, dict[str, Any]] | None) -> None:
    experiment.schema_json, experiment.schema_guidance, experiment.schema_example = schema or (None, "", None)
    fields = response_fields.schema_to_fields(experiment.schema_json).fields if schema else ()
    experiment.response_fields = [response_fields.field_to_json(field) for field in fields]
