"""Finds strings in the code that spell a member of an enum: statuses, types, formats, modes, codes, pause reasons.

A word that means one thing only is found wherever it stands. A word that means other things too (`string`, `running`)
is found where it is used as a value of such an enum: compared, matched, given to a name such as `status` or `code`, or
listed with others of its enum.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

DISTINCT = {"cancelled", "completed", "jsonl", "paused", "unauthorized"}
"""Words without an underscore that mean one thing only. Those with one do, unless they are among the next."""
COMMON = {
    *("system_param", "system_params"),  # keys of a request
    "invalid_choice",  # a key of Django's error messages
    "server_error",  # a type of error of the API
}
NAMES = {"code", "error_code", "format", "mode", "pause_code", "state", "status", "type"}
"""What is given to these, as an argument or by an assignment, is the member of an enum."""
KEYS = NAMES - {"format", "type"}
"""The same in a dict; with the other two it is JSON Schema."""


@dataclass(frozen=True)
class Literal:
    line: int
    word: str
    members: tuple[str, ...]

    def __str__(self) -> str:
        return f'{self.line}: "{self.word}" is {" or ".join(self.members)}'


def members_of(enums: Iterable[type[StrEnum]]) -> dict[str, tuple[str, ...]]:
    """`{word: ("RowStatus.FAILED", …)}`"""
    members: dict[str, tuple[str, ...]] = {}
    for enum in enums:
        for member in enum:
            members[member.value] = (*members.get(member.value, ()), f"{enum.__name__}.{member.name}")
    return members


def literals(source: str, members: Mapping[str, tuple[str, ...]]) -> list[Literal]:
    tree = ast.parse(source)
    passed_over = {id(text) for text in _passed_over(tree)}
    used = {id(text) for text in (*_used_as_values(tree), *_listed_together(tree, members))}
    return sorted(
        (
            Literal(text.lineno, text.value, members[text.value])
            for text in _texts(tree)
            if text.value in members and id(text) not in passed_over and (id(text) in used or is_distinct(text.value))
        ),
        key=lambda literal: literal.line,
    )


def is_distinct(word: str) -> bool:
    return word in DISTINCT or ("_" in word and word not in COMMON)


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _passed_over(tree: ast.AST) -> Iterator[ast.Constant]:
    """Docstrings, the parts of f-strings, what is called by a name (`name="not_found"`), and enums themselves."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text) | ast.keyword(arg="name", value=ast.Constant() as text):
                yield text
            case ast.JoinedStr(values=parts):
                yield from (part for part in parts if isinstance(part, ast.Constant))
            case ast.ClassDef(bases=bases) if any(ast.unparse(base).endswith(("Enum", "Choices")) for base in bases):
                yield from _texts(node)


def _used_as_values(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        match node:
            case ast.Compare():
                # `"required" in form` looks for a key.
                is_key = isinstance(node.ops[0], ast.In | ast.NotIn)
                for side in (*(() if is_key else (node.left,)), *node.comparators):
                    yield from _values(side)
            case ast.MatchValue():
                yield from _values(node.value)
            case ast.keyword(arg=str(name)) if _is_named(name, NAMES):
                yield from _values(node.value)
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)]) if _is_named(name, NAMES):
                yield from _values(node.value)
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), value=ast.expr() as value) if (
                _is_named(name, NAMES)
            ):
                yield from _values(value)
            case ast.Dict():
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and _is_named(str(key.value), KEYS):
                        yield from _values(value)
            case ast.arguments():
                yield from _defaults(node)


def _listed_together(tree: ast.AST, members: Mapping[str, tuple[str, ...]]) -> Iterator[ast.Constant]:
    """What is in a list or is a key of a dict in which everything is of one enum, as in `("succeeded", "failed")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            texts = node.elts
        elif isinstance(node, ast.Dict):
            texts = [key for key in node.keys if key is not None]
        else:
            continue
        enums = [_enums_of(text, members) for text in texts]
        if len({ast.unparse(text) for text in texts}) > 1 and set.intersection(*enums):
            yield from (text for text in texts if isinstance(text, ast.Constant))


def _enums_of(node: ast.expr, members: Mapping[str, tuple[str, ...]]) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {member.partition(".")[0] for member in members.get(node.value, ())}
    return set()


def _defaults(arguments: ast.arguments) -> Iterator[ast.Constant]:
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    pairs = [*zip(with_default, arguments.defaults, strict=True)]
    pairs += [(arg, value) for arg, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value]
    for argument, value in pairs:
        if _is_named(argument.arg, NAMES):
            yield from _values(value)


def _values(node: ast.expr) -> Iterator[ast.Constant]:
    """The texts that an expression may be: itself, the members of a tuple, list or set, the sides of a condition."""
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.Tuple() | ast.List() | ast.Set():
            for part in node.elts:
                yield from _values(part)
        case ast.IfExp():
            yield from _values(node.body)
            yield from _values(node.orelse)


def _is_named(name: str, names: set[str]) -> bool:
    """`status`, `status__in`, `lane__state`, `schema_mode`."""
    return any(part in names or part.endswith(("_mode", "_status", "_state")) for part in name.split("__"))
