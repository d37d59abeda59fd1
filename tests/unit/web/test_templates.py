"""Templates are read by people: lines are short, and a tag that is long has one attribute a line."""

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
MOST_CHARACTERS = 120
MOST_SHARE = 0.01


def test_hardly_a_line_is_long() -> None:
    lines = [line for path in TEMPLATES.rglob("*.html") for line in path.read_text().splitlines()]
    long = [line for line in lines if len(line) > MOST_CHARACTERS]
    assert len(long) <= MOST_SHARE * len(lines), "\n".join(long)
