"""Acts on what is chosen in a list: those that can be done, after a question, by the services of the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from experiments.core.errors import WorkbenchError

MOST = 100
"""A request acts on no more: workers are waited for."""
CONFIRMED, CHOICE = "confirmed", "choice"


@dataclass(frozen=True)
class Act:
    """`name` is what its button says, `done` a participle. `eligible` are those of the chosen that it can be done to;
    of the others `not_so` says why not, of one and of several. `effect`: what follows, before it is done. `choices`:
    what is asked beside it, by values; the first is chosen. `do` gets one of them, or ""."""

    key: str
    name: str
    done: str
    not_so: tuple[str, str]
    eligible: Callable[[QuerySet[Any]], QuerySet[Any]]
    do: Callable[[HttpRequest, Any, str], object]
    effect: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    question: str = ""


def action(act: Act) -> Any:
    """For `actions` of a `DeskAdmin`."""

    def run(model_admin: Any, request: HttpRequest, chosen: QuerySet[Any]) -> Any:
        ids = list(chosen.order_by().values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            model_admin.message_user(request, f"Choose {MOST} at most. Nothing was changed.", messages.ERROR)
            return None
        found = list(act.eligible(model_admin.model._default_manager.filter(pk__in=ids)))
        if found and CONFIRMED not in request.POST:
            return _question(act, model_admin, request, ids, found)
        _do(act, model_admin, request, len(ids), found)
        return None

    run.__name__ = act.key
    run.short_description = act.name  # type: ignore[attr-defined]
    run.allowed_permissions = ("act",)  # type: ignore[attr-defined]
    return run


def _question(act: Act, model_admin: Any, request: HttpRequest, ids: list[Any], found: list[Any]) -> TemplateResponse:
    opts = model_admin.opts
    others = len(ids) - len(found)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{act.name}?",
        "act": act,
        "opts": opts,
        "button": f"{act.name.split(' ')[0]} {_counted(len(found), opts)}",
        "found": found,
        "others": f"{others} of the {_counted(len(ids), opts)} you chose {act.not_so[others != 1]}." if others else "",
        "ids": ids,
        "checkbox": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
        "choice": CHOICE,
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/act.html", context)


def _do(act: Act, model_admin: Any, request: HttpRequest, chosen: int, found: list[Any]) -> None:
    choice = request.POST.get(CHOICE, "")
    values = [value for value, _ in act.choices]
    choice = choice if choice in values else values[0] if values else ""
    done, refused = 0, []
    for one in found:
        try:
            with transaction.atomic():
                act.do(request, one, choice)
                model_admin.log_change(request, one, f"{act.done.capitalize()}.")
        except WorkbenchError as error:
            refused.append(f"{one}: {error.detail}")
        else:
            done += 1
    level = messages.SUCCESS if done else messages.WARNING
    model_admin.message_user(request, told(act, chosen, len(found), done), level)
    for sentence in refused:
        model_admin.message_user(request, sentence, messages.WARNING)


def told(act: Act, chosen: int, eligible: int, done: int) -> str:
    """`3 of 5 paused; 2 weren’t running.`"""
    others = chosen - eligible
    of = f"{done} of {chosen}" if done < chosen else f"{done}"
    why = f"; {others} {act.not_so[others != 1]}" if others else ""
    return f"{of} {act.done}{why}."


def _counted(number: int, opts: Any) -> str:
    return f"{number:,} {opts.verbose_name if number == 1 else opts.verbose_name_plural}"
