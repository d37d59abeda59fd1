"""A template that wants too much is refused before it has taken memory; one that only looks alike is filled in."""

import tracemalloc
from typing import Any

import pytest

from experiments.prompts import TemplateError, compile_template
from tests.unit.prompts.bombs import SCOPE, SYNTAX, WIDE_SCOPE, WIDE_WORK, WORK

ALLOWED_BYTES = 50_000_000


@pytest.fixture(autouse=True)
def _little_memory() -> Any:
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < ALLOWED_BYTES


@pytest.mark.parametrize("source", SYNTAX.values(), ids=SYNTAX)
def test_syntax_that_is_not_needed_is_refused_without_compiling(source: str) -> None:
    with pytest.raises(TemplateError) as refusal:
        compile_template(source)
    assert (refusal.value.code, refusal.value.attr) == ("template_error", "prompt_template")


@pytest.mark.parametrize("source", WORK.values(), ids=WORK)
def test_text_or_work_that_multiplies_is_stopped_while_rendering(source: str) -> None:
    template = compile_template(source)
    with pytest.raises(TemplateError):
        template.render(SCOPE)


@pytest.mark.parametrize("source", WIDE_WORK.values(), ids=WIDE_WORK)
def test_a_loop_over_a_wide_row_cannot_multiply_work(source: str) -> None:
    template = compile_template(source)
    with pytest.raises(TemplateError):
        template.render(WIDE_SCOPE)


def test_a_loop_over_a_wide_row_is_filled_in() -> None:
    template = compile_template(
        "{% for name in row %}{% if name != 'body' %}{{ row[name]|truncate(9) }}{% endif %}{% endfor %}"
    )
    assert template.render(WIDE_SCOPE).count("yyyyyy...") == 5000


def test_a_large_cell_is_shortened() -> None:
    template = compile_template("{{ row.body|lower|truncate(10, true) }}")
    assert template.render(WIDE_SCOPE) == "bbbbbbb..."
