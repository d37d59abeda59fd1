"""Finds unknown placeholders without rendering."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

from jinja2 import nodes

from experiments.core.choices import ErrorCode
from experiments.prompts.limits import LOOP_VALUES, SHOWN


@dataclass(frozen=True)
class Problem:
    """What would keep a template from being rendered; `detail` names it and what is available.

    Its parts: the `placeholder`, its `line`, the one that is `meant` perhaps, and what there is `instead`, a sentence.
    """

    code: ErrorCode
    detail: str
    placeholder: str = ""
    line: int | None = None
    meant: str = ""
    instead: str = ""


MOST_COMPARED = 500
"""Placeholders of a group that are compared with one that is unknown: more take too long."""
DYNAMIC = object()  # a value that depends on the row
Path = nodes.Name | nodes.Getattr | nodes.Getitem


class _Unknown(Exception):
    def __init__(self, node: nodes.Node, parent: str, group: Any) -> None:
        super().__init__(parent)
        self.node, self.parent, self.group = node, parent, group


def unknown_under(node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    """The placeholders under `node` that `scope` does not have, in the template's order; one may occur repeatedly."""
    if isinstance(node, nodes.For):
        yield from _unknown_in_loop(node, scope)
        return
    if isinstance(node, Path):
        try:
            _resolve(node, scope)
        except _Unknown as unknown:
            placeholder = spelled(node)
            yield placeholder, _problem(unknown, placeholder, scope)
    for child in independent_parts(node):
        yield from unknown_under(child, scope)


def _unknown_in_loop(node: nodes.For, scope: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    assert isinstance(node.target, nodes.Name)
    inside = {**scope, node.target.name: DYNAMIC, "loop": dict.fromkeys(LOOP_VALUES, DYNAMIC)}
    yield from unknown_under(node.iter, scope)
    for child in [node.test, *node.body] if node.test else node.body:
        yield from unknown_under(child, inside)
    for child in node.else_:
        yield from unknown_under(child, scope)


def independent_parts(node: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a node that can be unknown independently of it."""
    if isinstance(node, Path):
        root: nodes.Node = node
        while isinstance(root, nodes.Getattr | nodes.Getitem):
            if isinstance(root, nodes.Getitem):
                yield root.arg
            root = root.node
        if not isinstance(root, nodes.Name):
            yield root
    elif isinstance(node, nodes.Filter) and node.name == "default" and isinstance(node.node, Path):
        yield from (child for child in node.iter_child_nodes() if child is not node.node)
    else:
        yield from node.iter_child_nodes()


def _resolve(node: nodes.Node, scope: Mapping[str, Any]) -> Any:
    if isinstance(node, nodes.Name):
        if node.name not in scope:
            raise _Unknown(node, "", scope)
        return scope[node.name]
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return DYNAMIC
    group = _resolve(node.node, scope)
    key = _key(node)
    if group is DYNAMIC or key is DYNAMIC or isinstance(group, list):
        return DYNAMIC
    if not isinstance(group, Mapping) or key not in group:
        raise _Unknown(node, spelled(node.node), group)
    return group[key]


def _key(node: nodes.Getattr | nodes.Getitem) -> Any:
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node.arg, nodes.Const) else DYNAMIC


def spelled(node: nodes.Node) -> str:
    """The placeholder as it is written in a template; `…` where only the row tells."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{spelled(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        key = _key(node)
        return f"{spelled(node.node)}[{'…' if key is DYNAMIC else json.dumps(key, ensure_ascii=False)}]"
    return "…"


def _problem(unknown: _Unknown, placeholder: str, scope: Mapping[str, Any]) -> Problem:
    instead = _instead(unknown, scope)
    line = unknown.node.lineno
    return Problem(
        ErrorCode.UNKNOWN_TOKEN,
        f"{placeholder} is unknown (line {line} of the template): {instead}",
        placeholder=placeholder,
        line=line,
        meant=_meant(placeholder, scope),
        instead=f"{instead[:1].upper()}{instead[1:]}",
    )


def _meant(placeholder: str, scope: Mapping[str, Any]) -> str:
    """The placeholder of the scope that is spelled most alike, "" where none is."""
    groups = ((path, group) for path, group in scope.items() if isinstance(group, Mapping))
    known = [one for path, group in groups for one in islice(placeholders_in(path, group), MOST_COMPARED)]
    found = get_close_matches(placeholder, known, n=1, cutoff=0.75)
    return found[0] if found else ""


def _instead(unknown: _Unknown, scope: Mapping[str, Any]) -> str:
    if isinstance(unknown.node, nodes.Name):
        hint = f" Did you mean {spelled_member('row', unknown.node.name)}?" if unknown.node.name in scope["row"] else ""
        return f"available are {', '.join(scope)}.{hint}"
    if not isinstance(unknown.group, Mapping):
        return f"{unknown.parent} is a text and has no parts."
    placeholders = list(placeholders_in(unknown.parent, unknown.group))
    if not placeholders:
        return f"{unknown.parent} is empty."
    more = f" and {len(placeholders) - SHOWN:,} more" if len(placeholders) > SHOWN else ""
    return f"available are {', '.join(placeholders[:SHOWN])}{more}."


def placeholders_in(path: str, group: Mapping[str, Any]) -> Iterator[str]:
    """All placeholders of texts in the group at `path`."""
    for name, value in group.items():
        placeholder = spelled_member(path, name)
        if isinstance(value, Mapping):
            yield from placeholders_in(placeholder, value)
        else:
            yield placeholder


def spelled_member(path: str, name: str) -> str:
    """`row.subject`, `row["Order no"]`."""
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{json.dumps(name, ensure_ascii=False)}]"
