"""What the step shows, of the template as it is stored or as it was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.errors import WorkbenchError
from experiments.prompts.columns import MappedColumn
from experiments.prompts.filters import FILTERS
from experiments.prompts.limits import SOURCE_LIMIT
from experiments.prompts.message import MessagePlan
from experiments.selectors.sent_twice import sent_twice
from experiments.web.decorators import PageRequest
from experiments.web.prompt_step.forms import PreviewQuery
from experiments.web.prompt_step.page import appended_columns, preview_row
from experiments.web.prompt_step.palette import palette
from experiments.web.prompt_step.problems import twice_note


@dataclass(frozen=True)
class PromptDraft:
    """What the step asks of a draft of any kind; `plan` is made of what is stored."""

    queue: Any
    columns: Sequence[MappedColumn]
    plan: MessagePlan


def prompt_context(
    request: PageRequest, draft: PromptDraft, text: str, error: WorkbenchError | None = None
) -> dict[str, Any]:
    """`text`: the template that was typed; `error`: why it is not stored."""
    query = PreviewQuery.from_values((request.POST if request.method == "POST" else request.GET).dict())
    preview = preview_row(draft.queue, draft.plan, query.row_index)
    # While somebody types, the last good message stays; another row brings its own.
    is_typing = bool(request.htmx and request.htmx.trigger_name == "prompt_template")
    return {
        "text": text,
        "lines": text.split("\n"),
        "unsaved": error is not None,
        "twice": None if error else twice_note(sent_twice(draft.queue, draft.columns, draft.plan.template)),
        "error": error,
        "error_line": error.part.line if error and error.part else None,
        "length": len(text),
        "limit": SOURCE_LIMIT,
        "find": query.find,
        "preview": preview,
        "appended": appended_columns(draft.plan),
        "keep_message": is_typing and (error is not None or not preview.has_message),
        "keep_placeholders": is_typing,
        "palette": [] if is_typing else palette(draft.queue, draft.columns, query.find, preview.cells),
        "filters": FILTERS,
    }
