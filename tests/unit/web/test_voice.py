"""Pages, errors, commands and documents are plain English, without turns of phrase that no American writes.

`NOT_YET` lists the templates that are still to be rewritten, and only shrinks: rewrite one, then take it out.
"""

from pathlib import Path

import pytest

from tests.unit.web.voice import of_page, of_python, of_template, offenses

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
WORDS = Path(__file__).with_name("voice_not_yet.txt")
NOT_YET = set(WORDS.read_text().split())
ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
PACKAGES = ("config", "csv_batches", "experiments")
MODULES = sorted(
    str(path.relative_to(ROOT))
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
PAGES = ["CONTRIBUTING.md", "README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", sorted(set(ALL) - NOT_YET))
def test_a_template_says_nothing_that_is_ruled_out(name: str) -> None:
    assert offenses(of_template((TEMPLATES / name).read_text())) == []


def test_what_is_still_to_be_rewritten_is_there_and_has_something_to_rewrite() -> None:
    assert set(ALL) >= NOT_YET
    plain = [name for name in NOT_YET if not offenses(of_template((TEMPLATES / name).read_text()))]
    assert plain == [], "take it out of NOT_YET"


def test_no_text_in_the_code_is_ruled_out() -> None:
    found = {
        name: offenses(of_python((ROOT / name).read_text(), is_model="models" in Path(name).with_suffix("").parts))
        for name in MODULES
    }
    assert {name: ones for name, ones in found.items() if ones} == {}


@pytest.mark.parametrize("name", PAGES)
def test_a_document_says_nothing_that_is_ruled_out(name: str) -> None:
    assert offenses(of_page((ROOT / name).read_text())) == []


@pytest.mark.parametrize(
    "html",
    [
        "<p>What is taken</p>",
        "<p>Nothing of it was stored.</p>",
        "<p>The network failed on one row after\nthe other.</p>",
        '<button aria-label="Log out">x</button>',
        "<p>This is no CSV.</p>",
    ],
)
def test_a_turn_of_phrase_is_found(html: str) -> None:
    assert offenses(of_template(html))


@pytest.mark.parametrize(
    "html",
    [
        "<p>What is missing?</p>",
        "{% if taken %}<p>Saved {{ of_it }}.</p>{% endif %}",
        "<p>There are no longer any rows. Sign in again.</p>",
        "{# Somebody stands here. #}<p>Couldn’t read the file.</p>",
    ],
)
def test_plain_words_and_code_are_passed_over(html: str) -> None:
    assert offenses(of_template(html)) == []


@pytest.mark.parametrize(
    "source",
    [
        'raise Wrong(f"{name} is no agent.")',
        'help = "Deletes all of it."',
        'say("one thing " "after the other, taken")',
    ],
)
def test_a_text_in_code_is_found(source: str) -> None:
    assert offenses(of_python(source))


@pytest.mark.parametrize(
    "source",
    [
        '"""What is taken."""',
        'status = "cancelled"',
        '# Somebody.\nname = f"SELECT x FROM {taken} WHERE nobody is no one"',
    ],
)
def test_docstrings_codes_and_statements_are_passed_over(source: str) -> None:
    assert offenses(of_python(source)) == []


def test_a_sentence_of_a_document_is_found_across_lines_and_its_code_is_not() -> None:
    assert offenses(of_page("One thing\ngoes\non.\n"))
    assert offenses(of_page("See `what is`.\n\n    taken = 1\n\n```\nof it\n```\n")) == []
