"""Which columns a batch uses: those that are mapped, and those that its template names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinja2 import nodes

from csv_batches.rules.mapping_modes import mode_of_column
from experiments.prompts import Template, TemplateError, compile_template


def used_positions(columns: Sequence[Mapping[str, Any]], template: str) -> list[int]:
    """In file order. A template that uses `row` as a whole uses every column; one that cannot be read adds none."""
    try:
        named = {name for name, _ in columns_named_in(compile_template(template))}
    except TemplateError:
        named = set()
    everything = None in named
    return [
        position
        for position, column in enumerate(columns)
        if everything or mode_of_column(column).is_sent or column["name"] in named
    ]


def prompt_positions(columns: Sequence[Mapping[str, Any]], template: str) -> list[int]:
    """Of the columns whose text is in the prompt: those included in it, and those that the template names, be it as
    system params. In file order."""
    named: set[str | None] = set()
    with_params = False
    try:
        compiled = compile_template(template)
    except TemplateError:
        pass
    else:
        named = {name for name, _ in columns_named_in(compiled)}
        with_params = any(name.name == "system_params" for name in compiled.tree.find_all(nodes.Name))
    modes = [mode_of_column(column) for column in columns]
    return [
        position
        for position, (column, mode) in enumerate(zip(columns, modes, strict=True))
        if mode.in_prompt or None in named or column["name"] in named or (with_params and mode.has_key)
    ]


def columns_named_in(template: Template) -> Iterator[tuple[str | None, int]]:
    """The columns behind `row.` and `row[…]`, None where the row is used in any other way; each with its line."""
    tree = template.tree
    members: dict[int, nodes.Node] = {id(node.node): node for node in tree.find_all(nodes.Getattr)}
    members |= {id(node.node): node for node in tree.find_all(nodes.Getitem)}
    for name in tree.find_all(nodes.Name):
        if name.name == "row":
            yield _name_of_member(members.get(id(name))), name.lineno


def _name_of_member(node: nodes.Node | None) -> str | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        return node.arg.value
    return None
