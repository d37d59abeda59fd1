"""Checks what a template contains by its syntax tree, before anything compiles it."""

import math
from collections.abc import Collection

from jinja2 import nodes

from experiments.core.json_text import is_storable
from experiments.prompts.limits import DEPTH_LIMIT, NODES_LIMIT, SCOPE, TemplateError

ALLOWED: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.Name,
        nodes.Const,
        nodes.Getattr,
        nodes.Getitem,
        nodes.If,
        nodes.CondExpr,
        nodes.For,
        nodes.Compare,
        nodes.Operand,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.Filter,
        nodes.Keyword,
        nodes.List,
        nodes.Tuple,
    }
)
ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg, nodes.Pos)
KINDS: dict[type[nodes.Node], str] = {
    **dict.fromkeys(ARITHMETIC, "arithmetic"),
    nodes.Call: "calls",
    nodes.Concat: "~",
    nodes.Slice: "slices",
    nodes.Test: "tests (is …)",
}
"""What an error calls a kind of node; others go by the names of their classes."""


def check_tree(tree: nodes.Template, filters: Collection[str]) -> None:
    """`TemplateError` with the line of the first thing that is not allowed; `filters` names those that are."""
    _check_node(tree, filters)
    if sum(1 for _ in tree.find_all(nodes.Node)) > NODES_LIMIT:
        raise TemplateError(f"The template has more than {NODES_LIMIT:,} tokens and conditions.")


def _check_node(node: nodes.Node, filters: Collection[str], depth: int = 0, in_loop: bool = False) -> None:
    if type(node) not in ALLOWED:
        raise TemplateError(
            f"A template may not use {KINDS.get(type(node)) or type(node).__name__.lower()}", line=node.lineno
        )
    if depth > DEPTH_LIMIT:
        raise TemplateError(f"The template is nested more than {DEPTH_LIMIT} levels deep", line=node.lineno)
    if isinstance(node, nodes.For):
        _check_loop(node, in_loop)
    elif isinstance(node, nodes.Filter):
        _check_filter(node, filters)
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        check_storable(node.value, node.lineno)
    elif isinstance(node, nodes.Const) and isinstance(node.value, float) and not math.isfinite(node.value):
        raise TemplateError("A number is too large", line=node.lineno)
    elif isinstance(node, nodes.Name) and node.name == "self":
        raise TemplateError("A template may not use self", line=node.lineno)
    for child in node.iter_child_nodes():
        _check_node(child, filters, depth + 1, in_loop or isinstance(node, nodes.For))


def _check_loop(node: nodes.For, in_loop: bool) -> None:
    if in_loop or node.recursive:
        raise TemplateError("A loop can’t be inside another loop", line=node.lineno)
    if not isinstance(node.target, nodes.Name):
        raise TemplateError("A loop has one variable", line=node.lineno)
    if node.target.name in (*SCOPE, "loop"):
        raise TemplateError(f"A loop variable may not be called {node.target.name}", line=node.lineno)
    if not isinstance(node.iter, nodes.Name | nodes.Getattr | nodes.Getitem):
        raise TemplateError("A loop goes over row or over a group in system_params", line=node.lineno)


def _check_filter(node: nodes.Filter, filters: Collection[str]) -> None:
    if node.name not in filters:
        raise TemplateError(f"There is no filter {node.name}. Available: {', '.join(filters)}", line=node.lineno)
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateError("A filter takes its arguments one by one", line=node.lineno)


def check_storable(text: str, line: int | None) -> None:
    if not is_storable(text):
        raise TemplateError("The template has characters that are not text (NUL or half of a pair)", line=line)
