"""An error's explanation becomes one line for people."""

import random
import re
from typing import Any

import pytest

from experiments.run_client.error_text import error_in_words, error_page_in_words

PYDANTIC = [
    {"type": "missing", "loc": ["body", "user_message"], "msg": "Field required"},
    {"loc": ["body", "items", 3], "msg": "bad"},
]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"detail": "No such network."}, "No such network."),
        ({"detail": PYDANTIC}, "user_message: Field required; items.3: bad"),
        ({"detail": [{"loc": "odd", "msg": "bad"}]}, "bad"),
        ({"detail": {"message": "inner"}}, "inner"),
        ({"error": "broken"}, "broken"),
        ({"error": {"message": "broken", "type": "x"}}, "broken"),
        ({"message": "said"}, "said"),
        (
            {"type": "validation_error", "errors": [{"code": "c", "detail": "Too long.", "attr": "name"}]},
            "name: Too long.",
        ),
        ({"errors": [{"code": "c", "detail": "Not found.", "attr": None}]}, "Not found."),
        ("plain", "plain"),
        (["one", "two"], "one; two"),
        ({"detail": None, "message": "second"}, "second"),
        ({"detail": 17}, ""),
        ({}, ""),
        (None, ""),
        (17, ""),
    ],
)
def test_known_forms_are_read(body: Any, text: str) -> None:
    assert error_in_words(body) == text


def test_an_endless_nesting_is_left() -> None:
    body: Any = "deep"
    for _ in range(50):
        body = {"detail": [body]}
    assert error_in_words(body) == ""


def test_a_long_explanation_is_trimmed_to_one_line() -> None:
    text = error_in_words({"detail": "a\n\x00b \ud800" + "x" * 100_000})
    assert len(text) == 500
    assert text.startswith("a b xxx")
    assert text.endswith("…")


def test_a_page_is_read_as_its_text() -> None:
    page = "<html><style>b {}</style><h1>502 Bad&nbsp;Gateway</h1>\n<hr>nginx</html>"
    assert error_page_in_words(page) == "502 Bad Gateway nginx"


def test_a_text_with_no_markup_stays() -> None:
    assert error_page_in_words("  upstream\tdown ") == "upstream down"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("a < b", "a < b"),
        ("<p>a < b", "a < b"),
        ("<p>a <b>b</b> < c", "a b < c"),
        ("<script>no</script>yes", "yes"),
        ("<SCRIPT>no</Script\n>yes", "yes"),
        ("<script>no</style>yes</script>end", "end"),
        ("<style>b {} < c</style><script>no", "no"),
        ("<script a='>'>no</script>yes", "yes"),
        ("<scripts>yes</scripts>", "yes"),
        ("<p title='a", "<p title='a"),
        ("<<p>a", "a"),
        ("<p>&lt;b&gt; &#65;&#x42; &amp;lt; &nosuch;", "<b> AB &lt; &nosuch;"),
        ("<p>&#99999999999;&#xfffffffff; a", "\ufffd\ufffd a"),
        ("", ""),
        ("<", "<"),
        (">", ">"),
    ],
)
def test_tags_scripts_and_entities(page: str, text: str) -> None:
    assert error_page_in_words(page) == text


def test_a_page_is_read_as_by_the_expression_that_says_what_a_tag_is() -> None:
    # It says so in one line, and takes seconds for a page of nothing but `<`.
    tag = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
    parts = ["<", ">", "<script", "<Style>", "</script", "</style >", "</p>", " ", "a", "\n"]
    dice = random.Random(7)
    for _ in range(3000):
        page = "".join(dice.choices(parts, k=dice.randrange(12)))
        assert error_page_in_words(page) == " ".join(tag.sub(" ", page).split())
