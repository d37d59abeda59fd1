"""Unknown tokens, found without rendering."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from experiments.prompts.limits import LOOP_VALUES, SHOWN


@dataclass(frozen=True)
class Problem:
    """What would keep a template from being filled in; `detail` names it and what is available."""

    code: str
    detail: str


DYNAMIC = object()  # a value that only a row can tell
Path = nodes.Name | nodes.Getattr | nodes.Getitem


class _Unknown(Exception):
    def __init__(self, node: nodes.Node, parent: str, group: Any) -> None:
        super().__init__(parent)
        self.node, self.parent, self.group = node, parent, group


def search(node: nodes.Node, scope: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    """The tokens under `node` that `scope` does not have, in the order of the template, perhaps repeated."""
    if isinstance(node, nodes.For):
        yield from _search_loop(node, scope)
        return
    if isinstance(node, Path):
        try:
            _resolve(node, scope)
        except _Unknown as unknown:
            token = _spell(node)
            yield token, Problem("unknown_token", _describe(unknown, token, scope))
    for child in _judged_apart(node):
        yield from search(child, scope)


def _search_loop(node: nodes.For, scope: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    assert isinstance(node.target, nodes.Name)
    inside = {**scope, node.target.name: DYNAMIC, "loop": dict.fromkeys(LOOP_VALUES, DYNAMIC)}
    yield from search(node.iter, scope)
    for child in [node.test, *node.body] if node.test else node.body:
        yield from search(child, inside)
    for child in node.else_:
        yield from search(child, scope)


def _judged_apart(node: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a node that are not settled with it."""
    if isinstance(node, Path):
        yield from _brackets(node)
    elif isinstance(node, nodes.Filter) and node.name == "default" and isinstance(node.node, Path):
        yield from (child for child in node.iter_child_nodes() if child is not node.node)
    else:
        yield from node.iter_child_nodes()


def _brackets(node: nodes.Node) -> Iterator[nodes.Node]:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getitem):
            yield node.arg
        node = node.node
    if not isinstance(node, nodes.Name):
        yield node


def _resolve(node: nodes.Node, scope: Mapping[str, Any]) -> Any:
    if isinstance(node, nodes.Name):
        if node.name not in scope:
            raise _Unknown(node, "", scope)
        return scope[node.name]
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return DYNAMIC
    group = _resolve(node.node, scope)
    key = _key(node)
    if group is DYNAMIC or key is DYNAMIC:
        return DYNAMIC
    if isinstance(group, list):
        return DYNAMIC
    if not isinstance(group, Mapping) or key not in group:
        raise _Unknown(node, _spell(node.node), group)
    return group[key]


def _key(node: nodes.Getattr | nodes.Getitem) -> Any:
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node.arg, nodes.Const) else DYNAMIC


def _spell(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_spell(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        key = _key(node)
        return f"{_spell(node.node)}[{'…' if key is DYNAMIC else json.dumps(key, ensure_ascii=False)}]"
    return "…"


def _describe(unknown: _Unknown, token: str, scope: Mapping[str, Any]) -> str:
    start = f"{token} is unknown (line {unknown.node.lineno} of the template):"
    if isinstance(unknown.node, nodes.Name):
        hint = f" Did you mean {_member('row', unknown.node.name)}?" if unknown.node.name in scope["row"] else ""
        return f"{start} available are {', '.join(scope)}.{hint}"
    if not isinstance(unknown.group, Mapping):
        return f"{start} {unknown.parent} is a text and has no parts."
    tokens = list(_leaves(unknown.parent, unknown.group))
    if not tokens:
        return f"{start} {unknown.parent} is empty."
    more = f" and {len(tokens) - SHOWN:,} more" if len(tokens) > SHOWN else ""
    return f"{start} available are {', '.join(tokens[:SHOWN])}{more}."


def _leaves(path: str, group: Mapping[str, Any]) -> Iterator[str]:
    for name, value in group.items():
        token = _member(path, name)
        if isinstance(value, Mapping):
            yield from _leaves(token, value)
        else:
            yield token


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{json.dumps(name, ensure_ascii=False)}]"
