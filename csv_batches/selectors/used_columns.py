"""Which columns a batch uses: those that are mapped, and those that its template names."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import nodes

from csv_batches.rules.mapping_modes import mode_of_column
from experiments.prompts import TemplateError, compile_template
from experiments.prompts.named_columns import columns_named_in


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
