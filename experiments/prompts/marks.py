"""Which parts of a rendered template came from the row. For previews only, never for what is sent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.prompts import Template
from experiments.prompts.filters import METER, Meter


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str
    is_value: bool = False


class _Value(str):
    """A text of the row that can be recognized after Jinja has written it: `str()` of it is itself."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


def marked(template: Template, scope: Mapping[str, Any]) -> list[TextPart]:
    """The rendered text in parts. A value that a filter changed is not marked. Errors are those of rendering."""
    written = template.compiled.generate({**_values(scope), METER: Meter()})
    return joined(TextPart(str.__str__(part), isinstance(part, _Value)) for part in written)


def joined(parts: Iterable[TextPart]) -> list[TextPart]:
    """The same without empty parts, and with adjacent parts of plain text joined."""
    kept: list[TextPart] = []
    for part in parts:
        if kept and not part.is_value and not kept[-1].is_value:
            kept[-1] = TextPart(kept[-1].text + part.text)
        elif part.text:
            kept.append(part)
    return kept


def cut_parts(parts: Iterable[TextPart], length: int) -> Iterator[TextPart]:
    """The parts of the first `length` characters."""
    left = length
    for part in parts:
        if left <= 0:
            return
        yield TextPart(part.text[:left], part.is_value)
        left -= len(part.text)


def _values(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _values(inner) for key, inner in value.items()}
    return _Value(value) if isinstance(value, str) else value
