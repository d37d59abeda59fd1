"""The last correction of whoever looks, which the page offers to undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from experiments.core.formatting import count
from experiments.kinds import Nouns, kind_of
from experiments.models import CorrectionAct, Queue
from experiments.web.page_part import PagePart

OFFERED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class LastCorrection(PagePart):
    """`act`: None where there is nothing to undo."""

    act: int | None = None
    sentence: str = ""
    at: datetime | None = None
    under_way: bool = False
    problem: str = ""
    """Why it changed nothing."""


def last_correction_of_queue(queue: Queue, user: Any) -> LastCorrection:
    acts = CorrectionAct.objects.filter(queue=queue, by_id=user.pk, undone_at__isnull=True)
    under_way = queue.correcting["act"] if queue.correcting else None
    seen = acts.filter(Q(rows__gt=0) | Q(pk=under_way) | ~Q(problem=""))
    act = seen.order_by("-id").first() if queue.corrections or acts.exists() else None
    if act is None or act.at < timezone.now() - OFFERED_FOR:
        return LastCorrection("undo")
    nouns = kind_of(queue).nouns
    fields = ", ".join(act.fields)
    if act.problem:
        return LastCorrection("undo", None, f"Couldn’t set {fields}.", act.at, problem=act.problem)
    if act.pk == under_way:
        return LastCorrection("undo", act.pk, _progress(queue.correcting, act, nouns), act.at, under_way=True)
    which = nouns.counted(act.rows)
    what = f"Set {fields} in {which}" if fields else f"Corrected {which}"
    skipped = f". {nouns.counted(act.skipped)} changed meanwhile and kept their answers" if act.skipped else ""
    return LastCorrection("undo", act.pk, what + skipped, act.at)


def _progress(order: Mapping[str, Any], act: CorrectionAct, nouns: Nouns) -> str:
    fields, total = ", ".join(act.fields), nouns.counted(order["total"])
    if order["is_checked"]:
        return f"Setting {fields}: {count(act.rows)} of {total} done"
    return f"Setting {fields}: checked {count(order['checked'])} of {total}, nothing changed yet"
