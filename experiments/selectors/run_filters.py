"""Which runs a list shows: the same filters for the API and the page."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field

from experiments.core.choices import ErrorCode, RowError, RowStatus
from experiments.core.datetimes import in_utc
from experiments.kinds import kind_choices
from experiments.models import Network, Run

DIRECT = "direct"
STATUSES = (
    ("", "any"),
    ("ok", "ok"),
    (RowStatus.FAILED, "failed, for any reason"),
    *((code, code.value) for code in (RowError.RUN_ERROR, RowError.SCHEMA_MISMATCH, RowError.BAD_RESPONSE)),
    ("error", "error"),
)


def origin_choices() -> list[tuple[str, str]]:
    return [*kind_choices(), (DIRECT, "Direct calls")]


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    def clean(self, value: Any) -> datetime | None:
        cleaned: datetime | None = super().clean(value)
        moment = cleaned and in_utc(cleaned)
        if cleaned and not moment:
            raise forms.ValidationError(self.error_messages[ErrorCode.INVALID], code=ErrorCode.INVALID)
        return moment


class MomentFilter(filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentField


class RunFilter(filters.FilterSet):  # type: ignore[misc]
    """`since` is included, `until` is not."""

    search = filters.CharFilter(
        method="with_text", max_length=100, label="Search", help_text="A text in the message, or a trace ID."
    )
    network = filters.CharFilter(method="of_network", label="Network", help_text="A network's name.")
    kind = extend_schema_field(str)(
        filters.ChoiceFilter(
            method="of_kind",
            choices=origin_choices,
            label="Asked by",
            empty_label="any",
            help_text=f"What kind of batch asked; `{DIRECT}`: a direct call.",
        )
    )
    status = filters.CharFilter(
        method="with_status",
        max_length=32,
        label="Status",
        help_text=f"`ok` or an error; `{RowStatus.FAILED}`: all but `ok`.",
    )
    since = MomentFilter(field_name="created_at", lookup_expr="gte", label="From (UTC)")
    until = MomentFilter(field_name="created_at", lookup_expr="lt", label="Until (UTC)")

    class Meta:
        model = Run
        fields: tuple[str, ...] = ()

    def with_text(self, runs: QuerySet[Run], name: str, text: str) -> QuerySet[Run]:
        return runs.filter(Q(trace_id=text) | Q(request__user_message__icontains=text))

    def of_network(self, runs: QuerySet[Run], name: str, network: str) -> QuerySet[Run]:
        # By its key, with which an index begins: joined by its name, all of its runs were read and sorted.
        return runs.filter(network_id__in=list(Network.objects.filter(name=network).values_list("pk", flat=True)))

    def of_kind(self, runs: QuerySet[Run], name: str, kind: str) -> QuerySet[Run]:
        return runs.filter(item__isnull=True) if kind == DIRECT else runs.filter(item__kind=kind)

    def with_status(self, runs: QuerySet[Run], name: str, status: str) -> QuerySet[Run]:
        return runs.exclude(status="ok") if status == RowStatus.FAILED else runs.filter(status=status)


class RunPageFilter(RunFilter):
    """The same as a form on a page. A value that it cannot read is reported there and ignored."""

    def __init__(self, data: Any, queryset: QuerySet[Run]) -> None:
        super().__init__(data, queryset=queryset)
        fields = self.form.fields
        networks = [("", "any"), *((name, name) for name in Network.objects.values_list("name", flat=True))]
        fields["search"].widget = forms.TextInput(attrs={"type": "search", "data-shortcut": "/", "maxlength": 100})
        fields["network"].widget = forms.Select(choices=_with(data.get("network"), networks))
        fields["status"].widget = forms.Select(choices=_with(data.get("status"), list(STATUSES)))
        for name in ("since", "until"):
            # A browser would hide an invalid time in a field for times; what was typed stays visible.
            kind = "text" if name in self.errors else "datetime-local"
            fields[name].widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": kind})
        for field in fields.values():
            field.help_text = ""

    @property
    def chosen(self) -> dict[str, str]:
        """The valid filters as they were typed, for the addresses of the list's other pages."""
        return {name: self.data[name] for name in self.form.fields if self.data.get(name) and name not in self.errors}


def _with(value: Any, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A value in the address that is not a choice is added, so that people see why the list is empty."""
    return choices if not value or value in dict(choices) else [*choices, (value, value)]
