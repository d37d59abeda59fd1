"""Which parts of a rendered template came from the row: for people who look at an example, never for what is sent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.prompts import Template
from experiments.prompts.filters import METER, Meter


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_value: bool = False


class _Value(str):
    """A text of the row that is known again after Jinja has written it: `str()` of it is itself."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


def marked(template: Template, scope: Mapping[str, Any]) -> list[Part]:
    """The rendered text in parts. A value that a filter has changed is not marked; errors are those of rendering."""
    written = template.compiled.generate({**_values(scope), METER: Meter()})
    return joined(Part(str.__str__(part), isinstance(part, _Value)) for part in written)


def joined(parts: Iterable[Part]) -> list[Part]:
    """Without empty parts, and with neighbours of plain text as one."""
    kept: list[Part] = []
    for part in parts:
        if kept and not part.is_value and not kept[-1].is_value:
            kept[-1] = Part(kept[-1].text + part.text)
        elif part.text:
            kept.append(part)
    return kept


def clipped(parts: Iterable[Part], length: int) -> Iterator[Part]:
    """The first `length` characters."""
    left = length
    for part in parts:
        if left <= 0:
            return
        yield Part(part.text[:left], part.is_value)
        left -= len(part.text)


def _values(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _values(inner) for key, inner in value.items()}
    return _Value(value) if isinstance(value, str) else value
