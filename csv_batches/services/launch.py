"""From a draft to a running batch: what is still missing, the network's schema, the start."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from csv_batches.models import CsvBatch
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.selectors import empty_rows
from csv_batches.selectors.plan import CsvBatchPlan
from csv_batches.services import drafts, skipping
from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.errors import Conflict, InvalidInput, Problems, WorkbenchError
from experiments.core.json_numbers import to_json
from experiments.models import Network
from experiments.response_schema.fields import field_to_json
from experiments.response_schema.schema_import import schema_to_fields
from experiments.services import networks, queue_end, queues, readiness, remote_schema
from experiments.services.locking import queue_lock


@dataclass(frozen=True)
class Order:
    """How to start: which rows, and whether the operator has confirmed the change of the network's schema.

    `seen` is the digest of the network's schema that the operator saw; None: any. `range_to` is exclusive.
    """

    confirmed: bool = False
    seen: str | None = None
    range_from: int | None = None
    range_to: int | None = None


def run(*, batch_id: UUID, user: Any, order: Order) -> None:
    """Freezes the settings and starts; everything or nothing. `Problems` has one error for each missing step.

    A network with a configuration API is called first, before anything is locked: its schema is read, and where the
    batch updates it, written and published. Where that fails, or the start after it, the batch stays a draft.
    """
    draft = CsvBatch.objects.select_related("network").filter(pk=batch_id, status=QueueStatus.DRAFT).first()
    lock = partial(_locked_and_ready, batch_id, order)
    remote = prepare_remote(draft, user, order, lock)
    with transaction.atomic():
        batch = lock()
        take_schema(batch, user, order, remote)
        batch.pinned_version = remote.version if remote else None
        batch.save()
        # Of a million rows it takes a second; they were counted for the page on which the batch is started.
        if not empty_rows.is_known_to_have_none(batch):
            skipping.skip_empty_rows(batch)
        queues.start(queue_id=batch.pk, range_from=order.range_from, range_to=order.range_to)
        if batch.skipped:
            queue_end.settle(batch.pk)


def _locked_and_ready(batch_id: UUID, order: Order) -> CsvBatch:
    """The batch, locked until the transaction ends, with nothing missing."""
    batch = queue_lock(CsvBatch, batch_id)
    if batch.status != QueueStatus.DRAFT:
        raise Conflict("This batch was started already.", code=ErrorCode.ALREADY_STARTED)
    if batch.revises_id:
        detail = "This draft is a change of another batch. Apply it to that one; it cannot run by itself."
        raise Conflict(detail, code=ErrorCode.WRONG_STATUS)
    drafts.refuse_while_reading(batch)
    refuse_incomplete(batch)
    readiness.check_range(batch, order.range_from, order.range_to)
    return batch


# -- a network with a configuration API


@dataclass(frozen=True)
class PreparedRemote:
    """The version to run on, None where the network does not say; the schema that was `pushed` to it, if any."""

    network_id: int
    version: int | None
    pushed: dict[str, Any] | None = None


def prepare_remote(
    batch: CsvBatch | None, user: Any, order: Order, lock: Callable[[], CsvBatch]
) -> PreparedRemote | None:
    """Makes a network with a configuration API ready; None for a batch without such a network.

    `lock` locks the batch until the transaction ends, and gives it as it is to run, with nothing missing.
    """
    network = batch.network if batch else None
    if network is None or remote_schema.config_target(network) is None:
        return None
    by = user.get_username()
    found = remote_schema.read(network, by=by)
    if found is None:
        return None
    with transaction.atomic():
        batch = lock()
        proposed = proposed_schema(batch)
        updates = batch.schema_mode == SchemaMode.UPDATE
        if updates:
            _changes_schema(batch, user, order)
    if updates and may_write(user, network):
        return PreparedRemote(network.pk, remote_schema.push_schema(network, found, proposed, by=by), proposed)
    if updates and remote_schema.schema_of_remote(found) != proposed:
        raise _not_allowed(network)
    return PreparedRemote(network.pk, remote_schema.version_to_keep(network, found))


def take_schema(batch: CsvBatch, user: Any, order: Order, remote: PreparedRemote | None) -> None:
    """By the batch's `schema_mode`: takes over the schema of the network, or writes its own there. The caller, who has
    locked the batch, saves it."""
    _refuse_other_remote(batch, remote)
    if batch.schema_mode == SchemaMode.KEEP:
        copy_schema(batch)
    elif batch.schema_mode == SchemaMode.UPDATE and (
        (remote and remote.pushed is not None) or _changes_schema(batch, user, order)
    ):
        assert batch.network is not None
        networks.write_schema(network_id=batch.network.pk, changes=proposed_schema(batch), by=user.get_username())


def _refuse_other_remote(batch: CsvBatch, remote: PreparedRemote | None) -> None:
    """`Conflict` where the batch was changed while the network was called: nothing was locked then."""
    assert batch.network is not None
    has_api = remote_schema.config_target(batch.network) is not None
    same = remote.network_id == batch.network_id if remote else not has_api
    if not same or (remote and remote.pushed not in (None, proposed_schema(batch))):
        detail = "The batch was changed while it started. Look at it, then start again."
        raise Conflict(detail, code=ErrorCode.CHANGED)


# -- what is missing


def missing(batch: CsvBatch) -> list[WorkbenchError]:
    """What keeps the batch from starting, in the order of the wizard's steps."""
    found: list[WorkbenchError] = []
    if batch.is_being_read:
        found.append(InvalidInput("The file is still being read.", code=ErrorCode.PARSING, attr="rows"))
    elif not batch.total:
        found.append(InvalidInput("Upload a file, or add rows.", code=ErrorCode.REQUIRED, attr="rows"))
    found += _missing_prompt(batch)
    found += _missing_schema(batch)
    found += readiness.missing_network(batch)
    return found


def refuse_incomplete(batch: CsvBatch) -> None:
    """`Problems` with one error for each missing step."""
    problems = missing(batch)
    if problems:
        raise Problems(problems)


def missing_for_trial(batch: CsvBatch) -> list[WorkbenchError]:
    """What keeps rows from being tried: all but response fields, which are thought of when answers are there."""
    return [error for error in missing(batch) if error.attr != "response_fields"]


def _missing_prompt(batch: CsvBatch) -> list[WorkbenchError]:
    uses_columns = any(mode_of_column(column).in_prompt for column in batch.columns)
    if not batch.prompt_template.strip() and not uses_columns:
        sentence = "Write a prompt template, or include a column in the prompt."
        return [InvalidInput(sentence, code=ErrorCode.REQUIRED, attr="prompt_template")]
    try:
        problems = CsvBatchPlan.of(batch).unknown_placeholders()
    except WorkbenchError as error:
        return [error]
    return [InvalidInput(problem.detail, code=problem.code, attr="prompt_template") for problem in problems]


def _missing_schema(batch: CsvBatch) -> list[WorkbenchError]:
    keep = batch.schema_mode == SchemaMode.KEEP
    if keep and batch.network and not batch.network.additional_data.get("respond_payload_schema"):
        sentence = f"The network {batch.network.name} has no response schema to keep."
        return [InvalidInput(sentence, code=ErrorCode.REQUIRED, attr="schema_mode")]
    if not keep and not batch.response_fields:
        return [InvalidInput("Add at least one response field.", code=ErrorCode.REQUIRED, attr="response_fields")]
    return []


# -- the schema


def proposed_schema(batch: CsvBatch) -> dict[str, Any]:
    values = (batch.schema_json, batch.schema_guidance, batch.schema_example)
    return dict(zip(networks.SCHEMA_KEYS, values, strict=True))


def existing_schema(network: Network) -> dict[str, Any]:
    return {key: network.additional_data.get(key) for key in networks.SCHEMA_KEYS}


def schema_digest(existing: Mapping[str, Any]) -> str:
    return hashlib.sha256(to_json(existing, ensure_ascii=True, sort_keys=True).encode()).hexdigest()[:32]


def _changes_schema(batch: CsvBatch, user: Any, order: Order) -> bool:
    """Whether the start changes the network's schema.

    `InvalidInput` where the user may not change it, `Conflict` where a schema is replaced that was not confirmed.
    """
    assert batch.network is not None
    # Locked from this check to the write, so that nobody else's schema is overwritten unseen.
    network = Network.objects.select_for_update(no_key=True).get(pk=batch.network.pk)
    existing, proposed = existing_schema(network), proposed_schema(batch)
    if existing == proposed:
        return False
    if not may_write(user, network):
        raise _not_allowed(network)
    digest = schema_digest(existing)
    replaces = any(value is not None for value in existing.values())
    if replaces and not (order.confirmed and order.seen in (None, digest)):
        raise Conflict(
            f"The network {network.name} has another response schema. Starting would replace it.",
            code=ErrorCode.SCHEMA_CHANGE,
            extra={"existing": existing, "proposed": proposed, "seen": digest},
        )
    return True


def _not_allowed(network: Network) -> InvalidInput:
    sentence = f"Only staff may change the schema of {network.name}. Choose the mode “batch” or “keep”."
    return InvalidInput(sentence, code=ErrorCode.NOT_ALLOWED, attr="schema_mode")


def may_write(user: Any, network: Network) -> bool:
    return bool(user.is_staff or network.users_may_update_schema)


def copy_schema(batch: CsvBatch) -> None:
    """Copies the network's schema into the batch, so that later changes of the network do not affect the batch."""
    assert batch.network is not None
    copied = networks.schema_of_network(batch.network)
    assert copied is not None
    batch.schema_json, batch.schema_guidance, batch.schema_example = copied
    if not batch.response_fields:
        imported = schema_to_fields(batch.schema_json, is_kept=True)
        batch.response_fields = [field_to_json(field) for field in imported.fields]
