"""A page of rows, and where the pages beside it begin: in row order by index, in another order by a place in that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet

from experiments.models import Queue
from experiments.selectors import items
from experiments.selectors.grid_rows import page_in_order
from experiments.selectors.row_order import order_named
from experiments.selectors.sorted_rows import Start

ROWS_ON_A_PAGE = 50
Shape = Callable[[QuerySet[Any, Any]], QuerySet[Any, Any]]
Place = Mapping[str, Any]
"""What an address says of where a page begins; `{}` for the first one."""


@dataclass(frozen=True)
class Window:
    """`first`, `previous`, `next`, `last`: None where there is no such page.

    `looked_to`: where a search, or a sort, ended in its time; `up`: on its way to lower rows. `is_sorted`: none of the
    rows behind `looked_to` can come before these.
    """

    rows: list[dict[str, Any]]
    first: Place | None = None
    previous: Place | None = None
    next: Place | None = None
    last: Place | None = None
    looked_to: int | None = None
    up: bool = False
    is_sorted: bool = True

    @property
    def is_all(self) -> bool:
        """There are no rows but these."""
        return self.first is None and self.next is None


def window_of(queue: Queue, filters: Mapping[str, Any], shape: Shape) -> Window:
    """The page that `filters` name. A search, or a sort, may end before it is full."""
    if filters.get("sort"):
        return _in_order(queue, filters, shape)
    want, after, before = ROWS_ON_A_PAGE + 1, filters.get("after"), filters.get("before")
    find = partial(items.find, queue, filters, want=want, shape=shape)
    if before is not None:
        found = find(before=before)
        if len(found.rows) == want or found.looked_to is not None:
            return _up(queue, found.rows[ROWS_ON_A_PAGE - 1 :: -1], found.looked_to, before)
        after = None
    found = find(after=after)
    rows, has_more = found.rows[:ROWS_ON_A_PAGE], len(found.rows) == want or found.looked_to is not None
    end = found.looked_to if found.looked_to is not None else rows[-1]["row_index"] if rows else None
    return Window(
        rows,
        first={} if after is not None else None,
        previous={"before": rows[0]["row_index"]} if after is not None and rows else None,
        next={"after": end} if has_more else None,
        last={"before": queue.total} if has_more else None,
        looked_to=found.looked_to,
    )


def _up(queue: Queue, rows: list[dict[str, Any]], looked_to: int | None, before: int) -> Window:
    start = looked_to if looked_to is not None else rows[0]["row_index"]
    return Window(
        rows,
        first={},
        previous={"before": start},
        next={"after": rows[-1]["row_index"] if rows else before - 1},
        last={"before": queue.total},
        looked_to=looked_to,
        up=True,
    )


def _in_order(queue: Queue, filters: Mapping[str, Any], shape: Shape) -> Window:
    order = order_named(queue, filters["sort"])
    places = {name: str(filters.get(name, "")) for name in ("after", "before")}
    page = page_in_order(queue, filters, order, **places, want=ROWS_ON_A_PAGE, shape=shape)
    has_last = page.next and page.is_sorted and not order.is_row_order
    return Window(
        list(page.rows),
        first={} if page.previous or places["after"] else None,
        previous={"before": page.previous} if page.previous else None,
        next={"after": page.next} if page.next else None,
        last={"before": Start(up=True).text(order)} if has_last else None,
        looked_to=page.looked_to,
        up=page.goes_up,
        is_sorted=page.is_sorted,
    )
