"""From a draft to a running experiment: what is still missing, the network's schema, the start."""

from uuid import UUID

from django.db import transaction

from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.errors import Conflict, InvalidInput, Problems, WorkbenchError
from experiments.experiment_kind.choices import ColumnRole, SchemaMode
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.selectors.plan import ExperimentPlan
from experiments.experiment_kind.services import drafts
from experiments.services import networks, queues, readiness, remote_schema
from experiments.services.locking import queue_lock


def missing(experiment: Experiment) -> list[WorkbenchError]:
    """What keeps the experiment from starting, one error each."""
    found: list[WorkbenchError] = []
    if not experiment.total:
        found.append(InvalidInput("Upload a data set, or add an item.", code=ErrorCode.REQUIRED, attr="items"))
    else:
        found += _missing_prompt(experiment)
    if experiment.schema_mode == SchemaMode.OWN and not experiment.schema_json:
        sentence = "Add response fields or a JSON Schema, or choose another way of checking the answers."
        found.append(InvalidInput(sentence, code=ErrorCode.REQUIRED, attr="schema_json"))
    return found + readiness.missing_network(experiment)


def _missing_prompt(experiment: Experiment) -> list[WorkbenchError]:
    plan = ExperimentPlan.of(experiment)
    if not experiment.prompt_template.strip() and plan.layout.position(ColumnRole.MESSAGE) is None:
        sentence = "Include a column in the prompt, or write a prompt template."
        return [InvalidInput(sentence, code=ErrorCode.REQUIRED, attr="columns")]
    unknown = plan.unknown_placeholders()
    return [InvalidInput(problem.detail, code=problem.code, attr="prompt_template") for problem in unknown]


def run(*, experiment_id: UUID, range_from: int | None = None, range_to: int | None = None) -> None:
    """Freezes the schema and starts; everything or nothing. `Problems` has one error for each thing that is missing.

    A network with a configuration API is read first, before anything is locked: the experiment keeps to its version.
    """
    pin = _pin(experiment_id)
    with transaction.atomic():
        experiment = queue_lock(Experiment, experiment_id)
        if experiment.status != QueueStatus.DRAFT:
            raise Conflict("This experiment was started already.", code=ErrorCode.ALREADY_STARTED)
        problems = missing(experiment)
        if problems:
            raise Problems(problems)
        readiness.check_range(experiment, range_from, range_to)
        if pin is None or pin.network_id != experiment.network_id:
            sentence = "The experiment was changed while it started. Look at it, then start again."
            raise Conflict(sentence, code=ErrorCode.CHANGED)
        experiment.pinned_version = pin.version
        if experiment.schema_mode == SchemaMode.NETWORK:
            assert experiment.network is not None
            drafts.set_schema(experiment, networks.schema_of_network(experiment.network))
        experiment.save()
        queues.start(queue_id=experiment.pk, range_from=range_from, range_to=range_to)


def _pin(experiment_id: UUID) -> remote_schema.Pin | None:
    """The version of the network that the experiment will keep to; None where the experiment is not a draft."""
    found = Experiment.objects.select_related("network", "created_by").filter(status=QueueStatus.DRAFT)
    experiment = found.filter(pk=experiment_id).first()
    return remote_schema.pin(experiment.network, by=experiment.created_by.get_username()) if experiment else None
