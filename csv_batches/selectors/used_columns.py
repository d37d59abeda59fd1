"""Which columns a batch makes use of: those that are mapped, and those that its template names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinja2 import nodes

from experiments.prompts import Template, TemplateError, compile_template


def used_positions(columns: Sequence[Mapping[str, Any]], template: str) -> list[int]:
    """In file order. A template that takes `row` as a whole, or cannot be read, takes every column."""
    try:
        named = set(_named(compile_template(template)))
    except TemplateError:
        named = set()
    everything = None in named
    return [
        position
        for position, column in enumerate(columns)
        if everything or column["mode"] != "ignore" or column["name"] in named
    ]


def _named(template: Template) -> Iterator[str | None]:
    """The columns behind `row.` and `row[…]`; None where the row is used in any other way."""
    tree = template.tree
    members: dict[int, nodes.Node] = {id(node.node): node for node in tree.find_all(nodes.Getattr)}
    members |= {id(node.node): node for node in tree.find_all(nodes.Getitem)}
    for name in tree.find_all(nodes.Name):
        if name.name == "row":
            yield _member(members.get(id(name)))


def _member(node: Any) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None
