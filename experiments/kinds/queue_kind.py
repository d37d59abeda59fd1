"""What a kind of queue provides to the host: how to call an item and check an answer, what its pages and API show.

A queue comes in as the kind's own model. Payloads of items are lists of cell texts in the order of `columns`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import QuerySet
from django.urls import get_script_prefix

from experiments.core.errors import WorkbenchError

Json = Any


class Plan(Protocol):
    """A queue's settings, compiled once for many items. One thread calls `request`, many call `check`.

    `schema`, `guidance` and `example` say what an answer looks like; they are sent with each item.
    """

    @property
    def schema(self) -> dict[str, Json] | None: ...
    @property
    def guidance(self) -> str: ...
    @property
    def example(self) -> dict[str, Json] | None: ...

    def request(self, payload: Json) -> tuple[str, dict[str, Json]]:
        """The user message and the system params of an item. `WorkbenchError` where they cannot be made."""

    def check(self, answer: dict[str, Json]) -> str | None:
        """Why the answer is not acceptable, as a sentence; None where it is."""


@dataclass(frozen=True)
class SetUp:
    """The next step of a draft's set-up: its title, and its path."""

    title: str
    address: str


@dataclass(frozen=True)
class Extras:
    """Further columns that a kind adds to each item, after the answer.

    `annotations` are expressions on the item, {name: expression}; `values` turns their results, in the same order, into
    one JSON value for each of `names`. The table shows the first `in_table` of them, detail and export show all.
    `in_words` turns the values into texts for people.
    """

    names: tuple[str, ...] = ()
    annotations: Mapping[str, Any] = field(default_factory=dict)
    values: Callable[[Sequence[Any]], Sequence[Json]] = tuple
    in_table: int = 0
    in_words: Callable[[Sequence[Json]], Sequence[Json]] = tuple


@dataclass(frozen=True)
class QueueLayout:
    """How a queue's items look, as one value: what its kind says of it, asked once and handed down.

    `columns` are unique names in the order of the payload, `headers` what an export calls them. `shown_positions` are
    indexes of columns, those that say most of an item first; a table shows the first few. `response_fields` are
    `{name, type, required, choices?, description?}` of the answer; none: answers are not looked into. `line_end` and
    `delimiter` are those of a CSV export. `column_uses` say what is done with each column.
    """

    columns: tuple[str, ...]
    headers: tuple[str, ...]
    shown_positions: tuple[int, ...]
    response_fields: tuple[Mapping[str, Json], ...]
    extras: Extras
    line_end: str
    delimiter: str
    column_uses: tuple[str, ...] = ()

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(field["name"] for field in self.response_fields)


@dataclass(frozen=True)
class Nouns:
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


class QueueKind:
    """A kind subclasses this and registers an instance.

    The defaults suit a kind without set-up in the browser; `name`, `label`, `slug`, `collection`, `model`, `plan` and
    `columns` have none. `name` is what a queue's `kind` holds, `label` what the admin calls it.

    `slug` is where its pages are (`/{slug}/{id}/`), `collection` where its API is (`/api/{collection}/{id}`). Texts:
    `about` says on an empty list what such a queue is for, `how_to_begin` how to create the first one, `no_items` what
    an empty queue needs, `duplicate_takes` what a duplicate copies.

    `stylesheet` is a further static file of its pages. Templates are fragments of the kind's own: `subtitle_template`
    in the line under the name, `head_template` above the rows, `detail_template` in an open item, `actions_template`
    among the further actions. They see `queue` and `page` or `detail`; the results of `head` and `detail` are `head`
    and `more` there. `first_template` is what the list shows while there is none; it sees the result of `first_visit`.

    `list_columns` are columns of the kind's own model that `file_name` reads.
    """

    name: str
    label: str
    slug: str
    collection: str
    model: Any
    nouns = Nouns()
    about = ""
    how_to_begin = ""
    no_items = ""
    duplicate_takes = ""
    subtitle_template = head_template = detail_template = actions_template = stylesheet = ""
    first_template = ""
    list_columns: tuple[str, ...] = ()
    tells_events = True
    """Whether people and programs that subscribed are told when such a queue ends or pauses."""

    def address(self, queue_id: Any) -> str:
        """The path of a queue's page."""
        return f"{get_script_prefix()}{self.slug}/{queue_id}/"

    # -- for the worker

    def plan(self, queue_id: Any) -> Plan:
        """The settings of the queue with this id, compiled."""
        raise NotImplementedError

    def sweep(self) -> None:
        """Called every second: sends the kind's own tasks again that were lost."""

    def tidy(self) -> None:
        """Called now and then: deletes what the kind keeps only for a while."""

    def forget_source(self, queue_id: Any) -> None:
        """Deletes what the kind itself keeps of a queue's cells, such as a file. The host deletes the items."""

    def file_bytes(self, owner_id: int, beside: Any = None) -> int:
        """Bytes of the files that the kind keeps for a user, each counted once; without that of the queue `beside`."""
        return 0

    # -- reads

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """Those that lists show `user`, and that page, API and export find; a trial is not among them."""
        # Said although the model says it: lists are read in the order of an index that begins with the kind.
        found: QuerySet[Any] = self.model._default_manager.filter(kind=self.name)
        return found.for_user(user).top_level().select_related("network", "created_by")  # type: ignore[attr-defined]

    def layout(self, queue: Any) -> QueueLayout:
        """All that a page or an export needs to know of the queue's items. Ask once, and hand the value down."""
        return QueueLayout(
            columns=tuple(self.columns(queue)),
            headers=tuple(self.headers(queue)),
            shown_positions=tuple(self.shown_positions(queue)),
            response_fields=tuple(self.response_fields(queue)),
            extras=self.extras(queue),
            line_end=self.line_end(queue),
            delimiter=self.delimiter(queue),
            column_uses=tuple(self.column_uses(queue)),
        )

    def columns(self, queue: Any) -> list[str]:
        """Unique names, in the order of the payload."""
        raise NotImplementedError

    def headers(self, queue: Any) -> list[str]:
        """The names of the columns in an export."""
        return self.columns(queue)

    def line_end(self, queue: Any) -> str:
        return "\n"

    def delimiter(self, queue: Any) -> str:
        """One character: that of the file, where it had one."""
        return ","

    def shown_positions(self, queue: Any) -> list[int]:
        """Indexes of columns, the most telling first; a table shows the first few."""
        return list(range(len(self.columns(queue))))

    def column_uses(self, queue: Any) -> list[str]:
        """What is done with each column, in two words; empty where that needs no saying."""
        return []

    def response_fields(self, queue: Any) -> list[dict[str, Json]]:
        """`[{name, type, required, choices?, description?}]` of the answer; empty where none are known."""
        return []

    def schema(self, queue: Any) -> dict[str, Json] | None:
        """The JSON Schema that a person's correction must satisfy."""
        return None

    def extras(self, queue: Any) -> Extras:
        return Extras()

    def verdicts(self, queue: Any) -> Sequence[tuple[str, str, int]]:
        """For a kind that judges its items: each verdict, its name for people, and the number of such items."""
        return ()

    def with_verdict(self, queue: Any, items: Any, verdict: str) -> Any:
        """The items with this verdict."""
        return items.none()

    def plan_of_item(self, queue: Any, item: Any) -> Any:
        """The plan by which the item was sent, or will be."""
        return self.plan(queue.pk)

    def preview(self, plan: Any, payload: Sequence[str]) -> dict[str, Json]:
        """An item as it would be sent now: `{user_message, system_params, problems: [{code, detail}]}`."""
        message, params = plan.request(payload)
        return {"user_message": message, "system_params": params, "problems": []}

    def with_same_rows(self, queue: Any, user: Any) -> QuerySet[Any]:
        """Those that `user` may see and that were started with the same rows: what `queue` can be compared with."""
        found: QuerySet[Any] = self.model._default_manager.none()
        return found

    def settings_in_words(self, queue: Any) -> Mapping[str, str]:
        """The kind's own settings that decide about answers, each with its name, for a comparison."""
        return {}

    def with_text(self, queues: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Those that a search in the list finds."""
        return queues.filter(name__icontains=text)

    def file_name(self, queue: Any) -> str:
        """Of the file that its items came from, for the list; "" where there is none."""
        return ""

    def first_visit(self) -> Any:
        """The value that `first_template` shows."""

    def list_words(self, queues: Sequence[Any]) -> Mapping[Any, str]:
        """What a list says of its queues beside their counts, by their ids."""
        return {}

    def head(self, queue: Any) -> Any:
        """The value that `head_template` shows."""

    def detail(self, queue: Any, item: Any) -> Any:
        """The value that `detail_template` shows."""

    # -- drafts

    def missing(self, queue: Any) -> list[WorkbenchError]:
        """What a draft still needs before it can start."""
        return []

    def set_up(self, queue: Any, missing: Sequence[WorkbenchError]) -> SetUp | None:
        """The next step of a draft's set-up; None where the browser has none."""

    def new_address(self) -> str:
        """The path of the page that creates one; "" where there is none."""
        return ""

    # -- writes. `can` names those that the kind has.

    can: frozenset[str] = frozenset()
    """Any of create, update, insert, run, duplicate."""

    def create(self, *, user: Any, values: Mapping[str, Json]) -> Any:
        raise NotImplementedError

    def update(self, *, queue_id: Any, values: Mapping[str, Json]) -> Any:
        """Changes settings; `concurrency` also after the start."""
        raise NotImplementedError

    def insert(self, *, queue_id: Any, rows: Sequence[Mapping[str, Json]]) -> tuple[int, int]:
        """Adds items to a draft. Returns how many were new, and how many there are."""
        raise NotImplementedError

    def run(self, *, queue: Any, user: Any, order: Mapping[str, Json]) -> None:
        """Starts a draft. Raises `Problems` with an error for each thing that is missing."""
        raise NotImplementedError

    def duplicate(self, *, queue: Any, user: Any, failed_only: bool) -> Any:
        """A new draft like `queue`."""
        raise NotImplementedError

    def serializers(self) -> Any:
        """The `QueueSerializers` of its API. Imported only when URLs are built: a worker needs none of it."""
        raise NotImplementedError
