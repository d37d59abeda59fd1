"""The query string of the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms

from experiments.core.choices import ListOrder, QueueStatus
from experiments.core.datetimes import datetime_of
from experiments.selectors.queue_list import WantedQueues
from experiments.web.queue.forms import query_string

ME = "me"
OTHERS = "others"
LARGEST_ID = 2**31 - 1
MAX_TEXT = 100


class ListForm(forms.Form):
    """`older` and `after` are where a page begins: a time, or the last one of the page before where names sort it."""

    attention = forms.ChoiceField(choices=[("1", "needs attention")], required=False)
    status = forms.ChoiceField(choices=QueueStatus.choices(), required=False)
    q = forms.CharField(max_length=MAX_TEXT, required=False)
    owner = forms.CharField(max_length=20, required=False)
    network = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    sort = forms.ChoiceField(choices=ListOrder.choices(), required=False)
    older = forms.CharField(max_length=64, required=False)
    after = forms.UUIDField(required=False)


@dataclass(frozen=True)
class ListQuery:
    """What is asked of the list: `given` are the valid parameters as they came."""

    given: Mapping[str, Any]
    wanted: WantedQueues
    order: ListOrder
    older: datetime | None
    after: UUID | None

    @property
    def is_first_page(self) -> bool:
        return self.older is None and self.after is None

    @property
    def is_flat(self) -> bool:
        """Groups are for who looks at all of them as they come."""
        return self.wanted.is_set or self.order != ListOrder.CREATED or not self.is_first_page

    def without_place(self, **changes: Any) -> str:
        """The query string of the first page, with `changes`."""
        kept = {name: value for name, value in self.given.items() if name not in ("older", "after")}
        return query_string(kept, **changes)

    def with_place(self, **changes: Any) -> str:
        return query_string(self.given, **changes)


def list_query(params: Mapping[str, Any], user: Any) -> ListQuery:
    """Values that are not valid are left out."""
    form = ListForm(params)
    form.is_valid()
    found = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    older = datetime_of(found.get("older", ""))
    if older is None:
        found.pop("older", None)
    owner = _owner(found.get("owner", ""), user)
    if owner is None and found.get("owner") != OTHERS:
        found.pop("owner", None)
    wanted = WantedQueues(
        attention=bool(found.get("attention")),
        status=found.get("status", ""),
        text=found.get("q", ""),
        owner=owner,
        by_others=found.get("owner") == OTHERS,
        network=found.get("network"),
    )
    order = ListOrder(found.get("sort", ListOrder.CREATED))
    return ListQuery(found, wanted, order, older, found.get("after"))


def _owner(text: str, user: Any) -> int | None:
    if text == ME:
        return int(user.pk)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID)) else 0
    return number if 0 < number <= LARGEST_ID else None


class NameForm(forms.Form):
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}))
