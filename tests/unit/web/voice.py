"""Turns of phrase that no American writes, and where what we say has them."""

import ast
import re
from collections.abc import Iterator

RULED_OUT = {
    r"\bwhat (?:is|are|was|were|does|came|divides)\b[^?]*$": "a noun: “the answer”, not “what came back”",
    r"\bof it\b": "“its”, or name the thing",
    r"\b(?:some|any)body\b": "name who does it",
    r"\bstands?\b": "“is”",
    r"\bgoes on\b|\bgo on\b": "“continues”",
    r"\blets? go\b|\blet the \w+ go\b": "“discard”",
    r"\btaken\b|\bnot take\b|\btake (?:\w+ )*back\b": "“supported”, “accepted”, “used”",
    r"(?<!there )\b(?:is|are) no\b(?! longer)": "“isn’t a”, “there is no”",
    r"\bone \w+ after the other\b": "“in a row”",
    r"\bas so many\b": "“as”",
    r"\bbelong together\b": "“match”",
    r"\bdivided by\b": "“Delimiter”",
    r"\blog(?:ged)? (?:in|out)\b": "“sign in”, “sign out”",
    r"\bcancelled\b": "“canceled”",
    r"\bput back\b|\bbrought back\b|\bbrings back\b": "name the act",
    r"\bfor good\b": "“This can’t be undone.”",
    r"\bno news\b|\bsee news\b": "“updates”",
}
ATTRIBUTES = re.compile(r'\b(?:aria-label|title|placeholder|aria-valuetext)="([^"]*)"')
TAGS = re.compile(
    r"{#.*?#}|{% comment %}.*?{% endcomment %}|<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)>", re.S
)
BLOCKS = re.compile(r"</?(?:p|li|h\d|td|th|dt|dd|div|button|label|option|summary|section|title|span)\b[^>]*>")
SQL = re.compile(r"\b(?:SELECT|FROM|WHERE|INSERT|UPDATE|CASE)\b")
CODE = re.compile(r"```.*?```|`[^`\n]*`|^    .*?$", re.S | re.M)
NOT_SAID = {"help_text"}
"""Of a model's field: for whoever reads the tables, and part of the migrations."""


def of_template(template: str) -> Iterator[str]:
    """Texts and labels, without tags and variables."""
    text = TAGS.sub(" ", template)
    text = re.sub(r"{%.*?%}|{{.*?}}", "·", text, flags=re.S)
    yield from (re.sub(r"<[^>]*>", "", block) for block in BLOCKS.split(text))
    yield from ATTRIBUTES.findall(text)


def of_python(source: str, *, is_model: bool = False) -> Iterator[str]:
    """Its texts of several words, without docstrings and SQL; `is_model`: without the help texts of its fields."""
    tree = ast.parse(source)
    passed_over = {id(one) for node in ast.walk(tree) for one in _not_said(node, is_model=is_model)}
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "·" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if " " in text and not SQL.search(text):
            yield text


def _not_said(node: ast.AST, *, is_model: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    if is_model and isinstance(node, ast.keyword) and node.arg in NOT_SAID:
        yield node.value


def of_page(markdown: str) -> Iterator[str]:
    """Its paragraphs, entries and lines of tables, without code."""
    yield from re.split(r"\n\s*\n|\n(?=\s*[-|#\d])", CODE.sub("·", markdown))


def offenses(texts: Iterator[str]) -> list[str]:
    """Sentence by sentence."""
    flat = (re.sub(r"\s+", " ", text) for text in texts)
    sentences = [one for text in flat for one in re.split(r"(?<=[.?!:])\s", text)]
    return [
        f"“{found.group()}” in “{sentence.strip()[:200]}”: {instead}"
        for sentence in sentences
        for pattern, instead in RULED_OUT.items()
        if (found := re.search(pattern, sentence, re.I))
    ]
