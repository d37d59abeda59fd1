"""Prompt templates: a small part of Jinja2.

A scope is `{"row": {name: text}, "system_params": {nested text}, "columns": text}`. Allowed are output, names, item and
attribute access, `if`, one level of `for` over a group of the scope, comparisons, `and or not`, lists and the filters
in `FILTERS`. The syntax tree is checked before it is compiled, because compiling folds constants and so already runs
what a bomb asks for. While rendering, a meter stops work and text that grow out of proportion.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jinja2
from jinja2 import nodes

from experiments.prompts.filters import ENVIRONMENT, FILTERS, METER, Meter, Meters
from experiments.prompts.limits import OUTPUT_LIMIT, SOURCE_LIMIT, TemplateError
from experiments.prompts.placeholders import Problem, unknown_under
from experiments.prompts.syntax import check_storable, check_tree

__all__ = [
    "Problem",
    "Template",
    "TemplateError",
    "compile_template",
    "render_message",
    "unknown_placeholders",
    "uses_columns",
]


@dataclass(frozen=True)
class Template:
    """A checked template. `render` may be called from several threads."""

    source: str
    tree: nodes.Template = field(repr=False, compare=False)
    compiled: jinja2.Template = field(repr=False, compare=False)

    def render(self, scope: Mapping[str, Any]) -> str:
        """The text; `TemplateError` for an unknown placeholder, values that do not fit, or too much text or work."""
        parts, size = [], 0
        try:
            for part in self.compiled.generate({**scope, METER: Meter()}):
                size += len(part)
                if size > OUTPUT_LIMIT:
                    message = f"The text grows over {OUTPUT_LIMIT:,} characters. Shorten values with truncate."
                    raise TemplateError(message)
                parts.append(part)
            return "".join(parts)
        except jinja2.UndefinedError as error:
            unknown = unknown_placeholders(self, scope)
            raise TemplateError(" ".join(problem.detail for problem in unknown) or str(error)) from error
        except (jinja2.TemplateError, TypeError, ValueError, AssertionError, RecursionError) as error:
            raise TemplateError(f"The template does not fit the values of this row: {error}.") from error


def compile_template(source: str) -> Template:
    """Check and compile a template; `TemplateError`, with the line, for anything that is not allowed."""
    if len(source) > SOURCE_LIMIT:
        raise TemplateError(f"The template has {len(source):,} characters; {SOURCE_LIMIT:,} are allowed.")
    check_storable(source, None)
    try:
        tree = ENVIRONMENT.parse(source)
        check_tree(tree, FILTERS)
        metered = ENVIRONMENT.parse(source)
        Meters().visit(metered)
        metered.set_environment(ENVIRONMENT)
        compiled = jinja2.Template.from_code(ENVIRONMENT, ENVIRONMENT.compile(metered), {})
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"The template cannot be read: {error.message}", line=error.lineno) from error
    except RecursionError as error:
        raise TemplateError("The template is nested too deep.") from error
    except (ValueError, OverflowError) as error:
        raise TemplateError(f"The template cannot be read: {error}") from error
    return Template(source=source, tree=tree, compiled=compiled)


def uses_columns(template: Template) -> bool:
    """Whether the template places the prompt columns itself."""
    return any(name.name == "columns" for name in template.tree.find_all(nodes.Name))


def unknown_placeholders(template: Template, scope: Mapping[str, Any]) -> list[Problem]:
    """A problem for each placeholder that `scope` does not have, in the order of the template.

    Only the names in the scope count, so that any row will do. A placeholder directly before `default` may be unknown.
    """
    found: dict[str, Problem] = {}
    for placeholder, problem in unknown_under(template.tree, scope):
        found.setdefault(placeholder, problem)
    return list(found.values())


def render_message(template: Template, row: Mapping[str, str], system_params: Mapping[str, Any], columns: str) -> str:
    """The user message of one row. `columns`: the lines of the prompt columns, "" where there are none.

    Lines that the template does not place follow its text after a blank line; they are data and do not count toward
    the limit of the rendered text.
    """
    text = template.render({"row": row, "system_params": system_params, "columns": columns})
    if not columns or uses_columns(template):
        return text
    if not text.strip():
        return columns
    newlines = len(text) - len(text.rstrip("\n"))
    return text + "\n" * max(0, 2 - newlines) + columns
