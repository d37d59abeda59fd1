"""Numbers, times and JSON in templates. Django escapes what they return, as everything else."""

from typing import Any

from django import template
from django.contrib.auth.models import AbstractUser
from django.forms import BoundField
from django.template.defaultfilters import capfirst
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.core import formatting
from experiments.core.labels import StatusLabel, reason_in_words
from experiments.kinds import QueueKind, kinds_by_title
from experiments.web.answer_html import tree_as_html, value_as_html
from experiments.web.moments import moment, since
from experiments.web.queue.cells import in_one_line

register = template.Library()
CLIPPED = 400
"""Characters of a long text that a pane shows at first; its CSS cuts it after five lines."""
CLIPPED_LINES = 5


@register.filter
def count(number: int | None) -> str:
    return "" if number is None else formatting.count(number)


@register.filter
def milliseconds(number: float | None) -> str:
    return "" if number is None else formatting.milliseconds(number)


@register.filter
def in_json(value: Any) -> str:
    return formatting.clipped(formatting.as_text(value))


@register.filter
def clipped(text: str) -> str:
    return formatting.clipped(text)


@register.filter
def is_long(text: str) -> bool:
    """Whether a pane shows only the beginning of it at first."""
    return len(text) > CLIPPED or text.count("\n") >= CLIPPED_LINES


@register.filter
def beginning(text: str) -> str:
    return text[:CLIPPED]


@register.filter
def as_cell(text: str) -> SafeString:
    """A text on one line, as cells of a table show it."""
    return in_one_line(text)


@register.filter
def as_answer(value: Any) -> SafeString:
    return value_as_html(value)


@register.filter
def as_tree(value: Any) -> SafeString:
    return tree_as_html(value)


@register.filter
def as_input(field: BoundField) -> SafeString:
    """A field of a form in the look of our inputs."""
    given = field.field.widget.attrs.get("class", "")
    shown = field.as_widget(attrs={"class": f"in {given}".strip()})
    return shown + field.as_hidden(only_initial=True) if field.field.show_hidden_initial else shown


@register.filter
def initials(user: AbstractUser) -> str:
    return formatting.initials_of(user.first_name, user.last_name, user.get_username())


@register.simple_tag
def home() -> str:
    """The address that the site begins at, below a path of its host perhaps."""
    return get_script_prefix()


@register.simple_tag
def queue_kinds() -> list[QueueKind]:
    """For the navigation."""
    return kinds_by_title()


@register.simple_tag(takes_context=True)
def new_queue_kind(context: template.Context) -> QueueKind | None:
    """The kind whose queues a page offers to create: its own, or the first that can be created in the browser."""
    kind = context.get("kind")
    offered = [kind] if kind else kinds_by_title()
    return next((kind for kind in offered if kind.new_address()), None)


register.simple_tag(moment)

register.simple_tag(since)


@register.filter
def reason(code: str) -> str:
    """A code of an error or of a pause, in words."""
    return reason_in_words(code)


@register.simple_tag
def status(label: StatusLabel, look: str = "") -> SafeString:
    """Shape, word and color; `look`: `box` for one that is alone."""
    classes = " ".join(filter(None, ("st", label.color, look)))
    return format_html('<span class="{}">{}{}</span>', classes, icon(label.icon), label.word)


SHAPES = {"ok": "ok", "bad": "bad", "warn": "warn", "run": "run", "": "queued"}
"""Of what is said of a thing that has no status of its own, by how bad it is."""


@register.simple_tag
def told(severity: str, word: str, look: str = "") -> SafeString:
    """As `status`, of a verdict, a call, a run: `severity` is one of `SHAPES`."""
    return status(StatusLabel(SHAPES[severity], capfirst(word), severity), look)


@register.simple_tag
def icon(name: str, look: str = "") -> SafeString:
    """A symbol of `static/icons.svg`, silent to a screen reader; `look`: more classes, as `s` for the small one.

    Not a template of its own: a page of rows has hundreds.
    """
    classes = " ".join(filter(None, ("i", look, "spin" if name == "run" else "")))
    return format_html(
        '<svg class="{}" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        *(classes, static("icons.svg"), name),
    )
