"""Every icon that a template or a status names is in the sprite, and is shown without a word."""

import re
from itertools import chain
from pathlib import Path

from experiments.core import labels
from experiments.templatetags.workbench import icon

ROOT = Path(__file__).resolve().parents[3]
IN_TEMPLATE = re.compile(r"{% icon \"([a-z]+)\"")


def in_sprite() -> set[str]:
    return set(re.findall(r'<symbol id="i-([a-z]+)"', (ROOT / "static/icons.svg").read_text()))


def test_the_sprite_has_what_templates_ask_for() -> None:
    asked = {name for path in (ROOT / "templates").rglob("*.html") for name in IN_TEMPLATE.findall(path.read_text())}
    assert asked
    assert asked - in_sprite() == set()


def test_the_sprite_has_what_statuses_ask_for() -> None:
    statuses = chain(labels.QUEUE_STATUS.values(), labels.ROW_STATUS.values())
    others = (labels.CORRECTED, labels.COMPLETED_WITH_FAILURES, labels.ALL_FAILED)
    assert {label.icon for label in (*statuses, *others)} - in_sprite() == set()


def test_an_icon_is_a_reference_that_no_screen_reader_reads() -> None:
    html = icon("retry", "s")
    assert html.startswith('<svg class="i s" viewBox="0 0 16 16" aria-hidden="true">')
    assert html.endswith('icons.svg#i-retry"/></svg>')


def test_what_runs_turns() -> None:
    assert 'class="i spin"' in icon("run")
