"""The Jinja environment of templates: item look-up only, its filters, and the meter that limits their work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jinja2
from jinja2 import filters as stock
from jinja2 import nodes
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from experiments.core.json_numbers import to_json
from experiments.prompts.limits import LOOP_VALUES, OUTPUT_LIMIT, ROUND, STEP, TRIM_LIMIT, WORK_LIMIT, TemplateError

# No template can spell these names: an identifier has no space.
METER, EACH, METERED = "meter ", "each ", "metered "


@dataclass
class Meter:
    """The work that is left for one rendering."""

    left: int = WORK_LIMIT

    def spend(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise TemplateError("This template takes too long. Shorten its loops.")


class ItemEnvironment(SandboxedEnvironment):
    """Looks up items only, never attributes: a column may be called `items` or `__class__`."""

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping):
            found = isinstance(argument, str) and argument in obj
        else:
            found = isinstance(obj, list) and type(argument) is int and 0 <= argument < len(obj)
        if found:
            return obj[argument]
        if isinstance(obj, LoopContext) and argument in LOOP_VALUES:
            return getattr(obj, argument)
        return self.undefined(hint=f"{str(argument)[:80]!r} is not in what the template looks it up in")

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)


class Meters(NodeTransformer):
    """Adds the meter to loops and comparisons, where work can multiply; filters call it themselves."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        cost = STEP * (ROUND + sum(1 for _ in node.find_all(nodes.Node)))
        self.generic_visit(node)
        assert isinstance(node.iter, nodes.Expr)
        node.iter = _call(EACH, node.iter, nodes.Const(cost))
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:
        self.generic_visit(node)
        node.expr = _call(METERED, node.expr)
        for operand in node.ops:
            operand.expr = _call(METERED, operand.expr)
        return node


def _call(name: str, value: nodes.Expr, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(arguments), [], None, None, lineno=value.lineno)


# The filters. Each takes the context, for the meter; Jinja does not run such filters while it compiles.


def meter_of(context: Context) -> Meter:
    meter = context.parent[METER]
    assert isinstance(meter, Meter)
    return meter


def charge(value: Any, meter: Meter) -> int:
    """Spend on the meter, and return, the characters of a value and everything in it."""
    if isinstance(value, str):
        size = len(value)
    elif isinstance(value, Mapping):
        size = sum(charge(key, meter) + charge(item, meter) for key, item in value.items())
    elif isinstance(value, list | tuple):
        size = sum(charge(item, meter) for item in value)
    else:
        size = 1
    meter.spend(size if isinstance(value, str) else 1)
    return size


def check_growth(size: int, before: int) -> None:
    if size > OUTPUT_LIMIT and size > before:
        raise TemplateError(f"A filter makes a text of more than {OUTPUT_LIMIT:,} characters.")


@jinja2.pass_context
def as_written(context: Context, value: Any) -> str:
    """As the template writes a value: text as it is, nothing for null, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, jinja2.Undefined):
        return str(value)  # raises, and names the placeholder
    return "" if value is None else filter_tojson(context, value)


@jinja2.pass_context
def filter_tojson(context: Context, value: Any, indent: int | None = None) -> str:
    """Plain JSON in the order of the file; the stock filter escapes for HTML and sorts."""
    if isinstance(value, jinja2.Undefined):
        return str(value)
    if isinstance(value, LoopContext):
        raise TypeError("loop is not a value")
    if indent is not None and not 0 <= indent <= 8:
        raise TemplateError("tojson takes an indent from 0 to 8.")
    check_growth(charge(value, meter_of(context)), 0)
    return to_json(value, indent=indent)


@jinja2.pass_context
def filter_lower(context: Context, value: Any) -> str:
    return charged_text(context, value).lower()


@jinja2.pass_context
def filter_upper(context: Context, value: Any) -> str:
    return charged_text(context, value).upper()


@jinja2.pass_context
def filter_trim(context: Context, value: Any, chars: str | None = None) -> str:
    if chars is not None and len(chars) > TRIM_LIMIT:
        raise TemplateError(f"trim looks for at most {TRIM_LIMIT} characters.")
    return charged_text(context, value, 1 + len(chars or "") // 4).strip(chars)


@jinja2.pass_context
def filter_replace(context: Context, value: Any, old: str, new: str, count: int = -1) -> str:
    text = charged_text(context, value, 2)
    found = text.count(old)
    size = len(text) + (found if count < 0 else min(found, count)) * (len(new) - len(old))
    check_growth(size, len(text))
    meter_of(context).spend(size)
    return text.replace(old, new, count)


@jinja2.pass_context
def filter_truncate(
    context: Context,
    value: Any,
    length: int = 255,
    killwords: bool = False,
    end: str = "...",
    leeway: int | None = None,
) -> str:
    text = as_written(context, value)
    meter_of(context).spend(min(len(text), max(length, 0)) + len(end))
    return stock.do_truncate(ENVIRONMENT, text, length, killwords, end, leeway)


@jinja2.pass_context
def filter_join(context: Context, value: Any, separator: str = "") -> str:
    parts = [as_written(context, part) for part in value]
    size = sum(map(len, parts)) + len(separator) * max(0, len(parts) - 1)
    check_growth(size, 0)
    meter_of(context).spend(size + len(parts))
    return separator.join(parts)


@jinja2.pass_context
def filter_length(context: Context, value: Any) -> int:
    return len(value)


@jinja2.pass_context
def filter_default(context: Context, value: Any, fallback: Any = "", boolean: bool = False) -> Any:
    return stock.do_default(value, fallback, boolean)


@jinja2.pass_context
def filter_each(context: Context, value: Any, cost: int) -> list[Any]:
    if isinstance(value, jinja2.Undefined):
        str(value)
    if not isinstance(value, Mapping | list):
        raise TypeError("a loop goes over row or over a group in system_params, not over a text")
    meter_of(context).spend(cost * len(value))
    return list(value)


@jinja2.pass_context
def filter_metered(context: Context, value: Any) -> Any:
    charge(value, meter_of(context))
    return value


def charged_text(context: Context, value: Any, times: int = 1) -> str:
    text = as_written(context, value)
    meter_of(context).spend(len(text) * times)
    return text


FILTERS = {
    "default": filter_default,
    "lower": filter_lower,
    "upper": filter_upper,
    "trim": filter_trim,
    "replace": filter_replace,
    "truncate": filter_truncate,
    "length": filter_length,
    "join": filter_join,
    "tojson": filter_tojson,
}
ENVIRONMENT = ItemEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, finalize=as_written)
ENVIRONMENT.globals.clear()
ENVIRONMENT.tests.clear()
ENVIRONMENT.filters = {**FILTERS, EACH: filter_each, METERED: filter_metered}
