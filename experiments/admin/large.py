"""Lists of tables with millions of rows: walked by their keys, counted by nothing, searched by what has an index.

What no index leads to is looked for in a stretch of rows; the list says how far it came, and goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import IGNORED_PARAMS, ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from experiments.admin.base import DeskAdmin, NamedList, ReadOnly

STRETCH = 5_000
"""Rows that a list looks at where it has to look at each."""
FROM = "from"
"""Of an address: the keys of the first row that is listed."""


@dataclass(frozen=True)
class Scope:
    """What an index leads to: the rows, and the fields that it has them in the order of, the last of them unique.

    `indexed`: parameters of the address that are met by this. `found`: so is the text that is searched for. `note`: a
    sentence for the person who looks.
    """

    rows: QuerySet[Any]
    along: tuple[str, ...] = ("-id",)
    indexed: frozenset[str] = frozenset()
    found: bool = False
    note: str = ""


class Walk(NamedList):
    """A page begins with a key and ends with the next one."""

    start: str | None = None
    note = next_qs = first_qs = next_label = ""
    is_walk = True

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        if FROM in self.filter_params:
            self.start = self.filter_params.pop(FROM)[-1]
            self.params.pop(FROM)
        self.scope: Scope = self.model_admin.scope(request, self.root_queryset, self.query.strip())  # type: ignore[attr-defined]
        rows = self._from(self.scope.rows)
        others = set(self.filter_params) - set(IGNORED_PARAMS) - self.scope.indexed
        self.beyond: tuple[Any, ...] | None = None
        if others or (self.query.strip() and not self.scope.found):
            keys = rows.order_by(*self.scope.along).values_list(*self._names)
            self.beyond = next(iter(keys[STRETCH : STRETCH + 1]), None)
        if self.beyond:
            sign = "gt" if self._is_down else "lt"
            rows = rows.filter(**{f"{self._names[0]}__{sign}": self.beyond[0]})
        self.root_queryset = rows.defer(*self.model_admin.not_listed)  # type: ignore[attr-defined]
        return super().get_queryset(request, exclude_parameters)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("-") for name in self.scope.along)

    @property
    def _is_down(self) -> bool:
        return self.scope.along[0].startswith("-")

    def _from(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those from `start` on, which is among them."""
        if self.start is None:
            return rows
        sign = "lt" if self._is_down else "gt"
        try:
            fields: list[Any] = [self.model._meta.get_field(name) for name in self._names]
            first, *rest = (field.to_python(text) for field, text in zip(fields, self.start.split("|"), strict=False))
        except ValidationError as error:
            raise IncorrectLookupParameters(error) from error
        name = self._names[0]
        rows = rows.filter(**{f"{name}__{sign}e": first})
        if not rest:
            return rows
        return rows.filter(Q(**{f"{name}__{sign}": first}) | Q(**{f"{self._names[1]}__{sign}e": rest[0]}))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Of the index, whatever the address says."""
        return list(self.scope.along)

    def get_results(self, request: HttpRequest) -> None:
        found = list(self.queryset[: self.list_per_page + 1])
        self.result_list = found[: self.list_per_page]
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.show_all = self.multi_page = False
        self.paginator = Paginator(self.result_list, self.list_per_page)
        self.note = self.scope.note
        self.first_qs = self.get_query_string() if self.start is not None else ""
        if len(found) > self.list_per_page:
            self._go_on([getattr(found[-1], name) for name in self._names], f"Next {self.list_per_page}")
        elif self.beyond:
            many = self.model_admin.opts.verbose_name_plural
            self.note = f"Looked at {STRETCH:,} {many}; no index leads to these. {self.note}"
            self._go_on(self.beyond[:1], f"Look at the next {STRETCH:,}")

    def _go_on(self, keys: Sequence[Any], label: str) -> None:
        texts = [key.isoformat() if hasattr(key, "isoformat") else str(key) for key in keys]
        self.next_qs, self.next_label = self.get_query_string({FROM: "|".join(texts)}), label


class LargeAdmin(ReadOnly, DeskAdmin):
    sortable_by = ()
    search_fields = ("pk",)
    """That there is a search; what is found is said by `scope`."""
    not_listed: Sequence[str] = ()
    """Large fields that the list does not read."""

    def scope(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> Scope:
        return Scope(rows)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        return queryset, False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Walk
