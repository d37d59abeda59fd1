"""What pages, API and export ask of a kind. A kind subclasses `Desk` and hands it over when it registers.

A queue comes in as the kind's own model. Payloads of items are lists of cell texts in the order of `columns`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from experiments import kinds
from experiments.errors import WorkbenchError
from experiments.models import Queue, QueueItem
from experiments.querysets import QueueItemQuerySet

Json = Any


@dataclass(frozen=True)
class SetUp:
    """Where the set-up of a draft goes on: the title of that step, and its path."""

    title: str
    address: str


@dataclass(frozen=True)
class Extras:
    """Further columns that a kind adds to each item, behind the answer.

    `annotations` are expressions on the item, {name: expression}; `values` makes of what they gave, in their order, one
    JSON value for each of `names`. The first `in_table` of them are shown in the table, all in detail and export.
    `in_words` makes texts for people of the values, where they are not that already.
    """

    names: tuple[str, ...] = ()
    annotations: Mapping[str, Any] = field(default_factory=dict)
    values: Callable[[Sequence[Any]], Sequence[Json]] = tuple
    in_table: int = 0
    in_words: Callable[[Sequence[Json]], Sequence[Json]] = tuple


@dataclass(frozen=True)
class Words:
    """What people call a queue and an item of the kind: `batch`, `batches`, `row`, `rows`."""

    one: str = "queue"
    many: str = "queues"
    item: str = "item"
    items: str = "items"

    @property
    def title(self) -> str:
        return self.many.capitalize()

    @property
    def item_title(self) -> str:
        return self.item.capitalize()

    @property
    def items_title(self) -> str:
        return self.items.capitalize()

    def counted_queues(self, number: int) -> str:
        """`1 batch`, `1,204 batches`."""
        return f"{number:,} {self.one if number == 1 else self.many}"

    def counted(self, number: int) -> str:
        """`1 row`, `1,204 rows`."""
        return f"{number:,} {self.item if number == 1 else self.items}"


class Desk:
    """The defaults do for a kind without set-up in the browser; `slug`, `collection` and `model` have none.

    `slug` is where its pages are (`/{slug}/{id}/`), `collection` where its API is (`/api/{collection}/{id}`). `about`
    says on an empty list what such a queue is for, `how_to_begin` how one gets the first one, `no_items` what an empty
    queue needs, `duplicate_takes` what a duplicate has of it.
    `stylesheet` is a static file that its pages need besides. Templates are fragments of the kind's own:
    `facts_template` in the line under the name, `head_template` above the rows, `detail_template` in an open item,
    `acts_template` among the further actions. They see `queue` and `page` or `detail`; what `head` and `detail` give is
    `head` and `more`.
    """

    slug: str
    collection: str
    model: type[Queue]
    words = Words()
    about = ""
    how_to_begin = ""
    no_items = ""
    duplicate_takes = ""
    facts_template = head_template = detail_template = acts_template = stylesheet = ""

    def address(self, queue_id: Any) -> str:
        """The path of a queue's page."""
        return f"/{self.slug}/{queue_id}/"

    # -- reads

    def queues(self, user: Any) -> QuerySet[Any]:
        """Those that `user` may see and that stand in lists."""
        found: QuerySet[Any] = self.model._default_manager.all()
        return found.for_user(user).listed().select_related("network", "created_by")  # type: ignore[attr-defined]

    def items(self, queue: Any) -> QueueItemQuerySet:
        return QueueItem.objects.of(queue)

    def columns(self, queue: Any) -> list[str]:
        """Unique names, in the order of the payload."""
        raise NotImplementedError

    def headers(self, queue: Any) -> list[str]:
        """What an export calls the columns."""
        return self.columns(queue)

    def line_end(self, queue: Any) -> str:
        return "\n"

    def shown_positions(self, queue: Any) -> list[int]:
        """Columns that say most of an item, the best first; a table shows the first few."""
        return list(range(len(self.columns(queue))))

    def response_fields(self, queue: Any) -> list[dict[str, Json]]:
        """`[{name, type, required, choices?, description?}]` of the answer; none: answers are not looked into."""
        return []

    def schema(self, queue: Any) -> dict[str, Json] | None:
        """What a person's correction has to satisfy."""
        return None

    def extras(self, queue: Any) -> Extras:
        return Extras()

    def verdicts(self, queue: Any) -> Sequence[tuple[str, str, int]]:
        """What a kind that judges its items says of them: its name, in words, and of how many items."""
        return ()

    def with_verdict(self, queue: Any, items: QueueItemQuerySet, verdict: str) -> QueueItemQuerySet:
        """Those items of which it says that."""
        return items.none()

    def preview(self, plan: Any, payload: Sequence[str]) -> dict[str, Json]:
        """An item as it would be sent: `{user_message, system_params, problems: [{code, detail}]}`."""
        message, params = plan.request(payload)
        return {"user_message": message, "system_params": params, "problems": []}

    def head(self, queue: Any) -> Any:
        """For `head_template`."""

    def detail(self, queue: Any, item: Any) -> Any:
        """For `detail_template`."""

    # -- drafts

    def missing(self, queue: Any) -> list[WorkbenchError]:
        """What a draft lacks before it can start."""
        return []

    def set_up(self, queue: Any, missing: Sequence[WorkbenchError]) -> SetUp | None:
        """Where the set-up of a draft goes on; None where there is none in the browser."""

    def new_address(self) -> str:
        """Where a new one begins in the browser; "" where it cannot."""
        return ""

    # -- writes. A kind without one of them says so in `can`.

    can: frozenset[str] = frozenset()
    """Of create, update, insert, run, duplicate: what is offered."""

    def create(self, *, user: Any, values: Mapping[str, Json]) -> Any:
        raise NotImplementedError

    def update(self, *, queue_id: Any, values: Mapping[str, Json]) -> Any:
        """Changes settings; `concurrency` also after the start."""
        raise NotImplementedError

    def insert(self, *, queue_id: Any, rows: Sequence[Mapping[str, Json]]) -> tuple[int, int]:
        """Adds items to a draft; how many were new, and how many there are."""
        raise NotImplementedError

    def run(self, *, queue: Any, user: Any, order: Mapping[str, Json]) -> None:
        """Starts a draft. `Problems` has one error for each thing that is missing."""
        raise NotImplementedError

    def duplicate(self, *, queue: Any, user: Any, failed_only: bool) -> Any:
        """A new draft like `queue`."""
        raise NotImplementedError

    def shapes(self) -> Any:
        """The `QueueShapes` of its API. Asked for when addresses are built: a worker needs none of it."""
        raise NotImplementedError


def of(queue: Queue) -> Desk:
    desk: Desk = kinds.get(queue.kind).desk
    return desk


def registered() -> list[Desk]:
    """In the order in which people read their names."""
    found: list[Desk] = [kind.desk for kind in kinds.registered()]
    return sorted(found, key=lambda desk: desk.words.title)


def counted(queues: QuerySet[Queue]) -> str:
    """`3 batches, 1 survey`: how many queues there are, in the words of their kinds; "" for none."""
    of_kind = Queue.objects.filter(pk__in=queues.values("pk")).order_by().values_list("kind").annotate(Count("pk"))
    return ", ".join(sorted(kinds.get(kind).desk.words.counted_queues(number) for kind, number in of_kind))
