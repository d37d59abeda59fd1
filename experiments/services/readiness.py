"""What a draft of any kind needs before it can start: a network, an agent that it has, rows in the range."""

from django.db.models import Q

from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.services import networks


def missing_network(queue: Queue) -> list[WorkbenchError]:
    network = queue.network
    if network is None:
        return [InvalidInput("Choose a network.", code="required", attr="network")]
    try:
        networks.check_addresses(network)
    except InvalidInput as error:
        return [error]
    agents = list(network.agents.all())
    if queue.agent_key and agents and queue.agent_key not in {agent.key for agent in agents}:
        sentence = f"The network {network.name} has no agent “{queue.agent_key}”."
        return [InvalidInput(sentence, code="does_not_exist", attr="agent_key")]
    return []


def check_range(queue: Queue, range_from: int | None, range_to: int | None) -> None:
    """`InvalidInput` where no item is between them; `range_to` is exclusive."""
    within = Q()
    if range_from is not None:
        within &= Q(row_index__gte=range_from)
    if range_to is not None:
        within &= Q(row_index__lt=range_to)
    if not queue.items.filter(within).exists():
        word = kind_of(queue).nouns.item
        raise InvalidInput(f"There is no {word} in this range.", code="no_rows", attr="from")
