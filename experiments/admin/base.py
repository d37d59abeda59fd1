"""What the admin's pages share: names that people know, fields that cannot be changed, JSON that is folded."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from django.contrib import admin
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from experiments.core.formatting import as_text, clipped, counted, shorten
from experiments.core.labels import StatusLabel

SHORT = 80
"""Characters of a text, or of JSON, that is not folded."""


class NamedList(ChangeList):
    """Under the name that its admin has for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opts = self.model_admin.opts
        self.title = capfirst(str(self.opts.verbose_name_plural))


class DeskAdmin(admin.ModelAdmin):
    """`names`: one and many, where the tables are called otherwise. `section` and `place`: where on the first page."""

    names: tuple[str, str] | None = None
    section = "Work"
    place = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def __init__(self, model: Any, admin_site: Any) -> None:
        super().__init__(model, admin_site)
        names = self.names_of(model)
        if names:
            self.opts = named(self.opts, *names)

    def names_of(self, model: Any) -> tuple[str, str] | None:
        return self.names

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedList

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Of the actions: who may change such things may also pause them, though no field is changed here."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


class ReadOnly(BaseModelAdmin):
    """Can be searched and acted upon, not edited. Long values are folded."""

    hidden: Sequence[str] = ()
    """Fields that no page shows."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = self.model._meta.concrete_fields
        return [
            folded(field) if isinstance(field, models.JSONField | models.TextField | models.FileField) else field.name
            for field in fields
            if field.name not in self.hidden and not field.auto_created and not is_link(field)
        ]


def is_link(field: Any) -> bool:
    """From a kind's own table to the queue."""
    return bool(field.remote_field and field.remote_field.parent_link)


def named(opts: Any, one: str, many: str) -> Any:
    """The same under another name."""
    found = copy(opts)
    found.verbose_name, found.verbose_name_plural = one, many
    return found


def folded(field: Any) -> Callable[[Any], SafeString | str]:
    """The value of a field for a page: folded where it is long."""

    def value(instance: Any) -> SafeString | str:
        found = getattr(instance, field.attname)
        return fold(str(found) if isinstance(field, models.FileField) else found)

    value.__name__ = field.name
    value.short_description = field.verbose_name  # type: ignore[attr-defined]
    return value


def fold(value: Any) -> SafeString | str:
    if value in (None, "", [], {}):
        return "–"
    text = as_text(value)
    if len(text) <= SHORT and "\n" not in text:
        return text
    size = (
        counted(len(value), "key")
        if isinstance(value, dict)
        else counted(len(value), "entry", "entries")
        if isinstance(value, list)
        else counted(len(text), "character")
    )
    return format_html(
        '<details class="fold"><summary>{} <span class="quiet">{}</span></summary><pre>{}</pre></details>',
        size,
        shorten(" ".join(text[: 2 * SHORT].split()), SHORT),
        clipped(text),
    )


def status_html(label: StatusLabel) -> SafeString:
    return format_html('<span class="st {}">{}</span>', label.color, label.word)
