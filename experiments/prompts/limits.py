"""What a template may cost, and the error that says it costs too much or cannot be filled in."""

from experiments.core.errors import InvalidInput

SOURCE_LIMIT = 64 * 1024  # characters of template
OUTPUT_LIMIT = 1_000_000  # characters of rendered text, and of what a filter may make out of less
WORK_LIMIT = 32_000_000  # characters handled by filters and comparisons in one rendering
STEP = 10  # what one syntax node in a loop costs of that, each time round
ROUND = 20  # nodes that a round itself counts for
DEPTH_LIMIT = 60  # levels of syntax; keeps compiler and interpreter far from their own recursion limits
NODES_LIMIT = 5_000  # nodes of syntax; what compiling one takes
TRIM_LIMIT = 100  # characters that `trim` may look for
SHOWN = 40  # available names that a message lists

SCOPE = ("row", "system_params", "columns")
LOOP_VALUES = ("index", "index0", "revindex", "revindex0", "first", "last", "length")


class TemplateError(InvalidInput):
    """A template that is not allowed, or that cannot be filled in from this row. Code `template_error`."""

    def __init__(self, detail: str, *, line: int | None = None) -> None:
        where = f" (line {line} of the template)" if line else ""
        extra = {"line": line} if line else None
        super().__init__(f"{detail}{where}", code="template_error", attr="prompt_template", extra=extra)
