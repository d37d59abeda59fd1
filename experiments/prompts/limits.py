"""Limits of a template, and the error for one that exceeds them or cannot be rendered."""

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part

SOURCE_LIMIT = 64 * 1024  # characters of template
OUTPUT_LIMIT = 1_000_000  # characters of rendered text, and of what a filter may make out of less
WORK_LIMIT = 32_000_000  # characters handled by filters and comparisons in one rendering
STEP = 10  # cost of one syntax node in a loop, for each pass
ROUND = 20  # nodes that a pass itself counts as
DEPTH_LIMIT = 60  # levels of syntax; keeps compiler and interpreter far from their own recursion limits
NODES_LIMIT = 5_000  # nodes of syntax; what compiling one takes
TRIM_LIMIT = 100  # characters that `trim` may look for
SHOWN = 40  # available names that a message lists

SCOPE = ("row", "system_params", "columns")
LOOP_VALUES = ("index", "index0", "revindex", "revindex0", "first", "last", "length")


class TemplateError(InvalidInput):
    """A template that is not allowed or cannot be rendered for a row; `part` has the line where it is known."""

    def __init__(self, detail: str, *, line: int | None = None) -> None:
        where = f" (line {line} of the template)" if line else ""
        extra = {"line": line} if line else None
        super().__init__(
            f"{detail}{where}",
            code=ErrorCode.TEMPLATE_ERROR,
            attr="prompt_template",
            part=Part(line=line) if line else None,
            reason=detail,
            extra=extra,
        )
