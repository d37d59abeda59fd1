"""The columns that a template names."""

from collections.abc import Iterator

from jinja2 import nodes

from experiments.prompts import Template


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
