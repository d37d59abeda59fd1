"""Our own `/run`: from a request to the reply, recorded for its owner."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError

from experiments import response_schema
from experiments.core.choices import ErrorCode
from experiments.core.cost import money
from experiments.core.errors import WorkbenchError
from experiments.models import Network, QueueItem, Run
from experiments.run_client import RunReply
from experiments.runtime import engine
from experiments.runtime.chat import Chat, Completion
from experiments.runtime.chat_client import chat_client
from experiments.services.endpoints import DIALECTS, endpoint_of, model_defaults
from experiments.services.run_values import cost_of_reply, run_values

T = TypeVar("T")


class UnknownNetwork(WorkbenchError):
    status = 404


@dataclass(frozen=True)
class RunCaller:
    """Who asked: a user, and the queue where it was the worker."""

    owner_id: int
    queue_id: UUID | None = None


def answer(*, values: Mapping[str, Any], caller: RunCaller) -> engine.RunResult:
    """Runs a network of this site and stores the run. `ModelError` where the model gives nothing."""
    network = Network.objects.prefetch_related("agents__routes").filter(name=values["network"]).first()
    if network is None:
        raise UnknownNetwork(
            f"There is no network “{values['network']}”.", code=ErrorCode.UNKNOWN_NETWORK, attr="network"
        )
    spec = spec_of(network)
    request = engine.RunRequest(
        user_message=values["user_message"],
        system_params=values.get("system_params") or {},
        agent_key=values.get("agent_key") or None,
        debug=bool(values.get("debug")),
        **model_defaults(network),
        max_steps=values.get("max_steps"),
        schema=values.get("respond_payload_schema"),
        guidance=values.get("respond_payload_guidance"),
        example=values.get("respond_payload_example"),
        repair=bool(values.get("repair")),
        check=_check_of(values, spec) if values.get("repair") else None,
    )
    result = engine.run(spec, request, partial(_complete, network))
    try:
        _store(network, values, caller, result)
    except IntegrityError:
        raise UnknownNetwork(
            f"The network “{network.name}” was deleted in the meantime.", code=ErrorCode.UNKNOWN_NETWORK, attr="network"
        ) from None
    return result


def _check_of(values: Mapping[str, Any], spec: engine.NetworkSpec) -> response_schema.Validate | None:
    """What the worker will say of an answer: by the schema of the run or the network, as tolerant as the queue is."""
    schema = values.get("respond_payload_schema")
    schema = spec.schema if schema is None else schema
    if schema is None:
        return None
    return response_schema.checked_as_meant(schema, tolerant=bool(values.get("tolerant")))


def _complete(network: Network, chat: Chat) -> Completion:
    # Only now: the embedded model is not started for a request that names no agent.
    return chat_client(endpoint_of(network), DIALECTS).complete(chat)


def spec_of(network: Network) -> engine.NetworkSpec:
    data = network.additional_data
    agents = tuple(
        engine.AgentSpec(
            key=agent.key,
            display_name=agent.display_name,
            prompt=agent.prompt,
            is_default=agent.is_default,
            allow_respond=agent.allow_respond,
            routes=tuple(route.key for route in agent.routes.all()),
            model=agent.model,
        )
        for agent in network.agents.all()
    )
    return engine.NetworkSpec(
        name=network.name,
        agents=agents,
        version=network.version,
        max_steps=network.max_steps,
        schema=_only(dict, data.get("respond_payload_schema")),
        guidance=_only(str, data.get("respond_payload_guidance")) or "",
        example=_only(dict, data.get("respond_payload_example")),
        timeout_s=network.timeout_s,
    )


def _only(kind: type[T], value: Any) -> T | None:
    """What is in the free-form data of a network, where it is of the right kind."""
    return value if isinstance(value, kind) else None


def _store(network: Network, values: Mapping[str, Any], caller: RunCaller, result: engine.RunResult) -> None:
    # What a user claims about rows is not believed: only a call by the worker is linked to one.
    index, item_id = values.get("experiment_item_index"), None
    if caller.queue_id is not None and index is not None:
        rows = QueueItem.objects.filter(queue_id=caller.queue_id, row_index=index)
        item_id = rows.values_list("pk", flat=True).first()
    reply = _as_reply(result)
    Run.objects.create(
        trace_id=result["trace_id"],
        network=network,
        owner_id=caller.owner_id,
        item_id=item_id,
        **run_values(values, reply, status=result["final"]["status"], cost=cost_of_reply(reply, network.prices)),
    )


def _as_reply(result: engine.RunResult) -> RunReply:
    """The result as a caller would read it off the wire, for what is kept of it."""
    return RunReply(
        trace_id=result["trace_id"],
        final={**result["final"]},
        execution_log=result["execution_log"],
        debug=result["debug"],
        usage={**result["llm_usage_totals"]},
        cost=money(result["cost"]),
        model=result["model"],
        graph_version_id=result["graph_version_id"],
        run_duration_ms=result["run_duration_ms"],
    )
