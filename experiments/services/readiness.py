"""What a draft of any kind needs before it can start: a network, an agent that it has, rows in the range."""

from django.db.models import Q

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.services import networks


def missing_network(queue: Queue) -> list[WorkbenchError]:
    """What is wrong with the draft's network or agent; nothing where it can start."""
    network = queue.network
    if network is None:
        return [InvalidInput("Choose a network.", code=ErrorCode.REQUIRED, attr="network")]
    try:
        networks.check_addresses(network)
        networks.check_agent(network, queue.agent_key)
    except InvalidInput as error:
        return [error]
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
        raise InvalidInput(f"There is no {word} in this range.", code=ErrorCode.NO_ROWS, attr="from")
