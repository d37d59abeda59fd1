"""What a model wrote is formatted, and does nothing: no HTML of its own, no scripts, images or links into the site."""

import re
import time

import pytest

from experiments.web.markdown import ATTRIBUTES, CLASSES, TAGS, formatted

OPENED = re.compile(r"<([a-z0-9]+)((?:\s[^>]*)?)>")
NAMES = re.compile(r'\s([a-z-]+)="([^"]*)"')


def test_markdown_is_formatted() -> None:
    html = formatted("# Why\n\nIt was **late**:\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | `2` |")
    for part in ('<p class="h">Why</p>', "<strong>late</strong>", "<li>two</li>", "<th>a</th>", "<code>2</code>"):
        assert part in html, part


def test_links_lead_to_other_sites_and_vouch_for_nothing() -> None:
    html = formatted("[a](https://a.example/?b=1&c=2) [b](mailto:a@b.example)")
    assert '<a href="https://a.example/?b=1&amp;c=2" rel="noopener nofollow">a</a>' in html
    assert '<a href="mailto:a@b.example" rel="noopener nofollow">b</a>' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<style>*{display:none}</style>",
        '<a href="javascript:alert(1)">x</a>',
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "[x](javascript:alert(1))",
        "[x](JaVa&#115;cript:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](vbscript:alert(1)) [x](data:text/html,<script>alert(1)</script>)",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "![x](https://tracker.example/p.gif) ![x](data:image/png;base64,AAAA)",
        '![x](x "onerror=alert(1)")',
        '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
        "[x](/csv-batch/) [x](//elsewhere.example) [x](#main) [x](?formatted=1)",
        "```html\n</code></pre><script>alert(1)</script>\n```",
        '```"><script>alert(1)</script>\nx\n```',
        "| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:alert(1)) |",
        "a <!-- --> b <![CDATA[<script>]]> <?php ?>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<math><mtext></p><img src=x onerror=alert(1)>",
    ],
)
def test_a_hostile_text_becomes_allowed_tags_with_allowed_attributes_alone(text: str) -> None:
    for tag, attributes in OPENED.findall(formatted(text)):
        assert tag in TAGS
        assert OPENED.sub("", f"<{tag}{attributes}>") == ""
        for name, value in NAMES.findall(attributes):
            known = name in ATTRIBUTES.get(tag, set()) or (name, tag) == ("rel", "a")
            assert known or (name == "class" and value in CLASSES.get(tag, set())), (tag, name)
            if name == "href":
                assert value.startswith(("https://tracker.example", "https://a.example")), value


@pytest.mark.parametrize("text", ["[" * 20_000, "> " * 10_000, "[![[" * 5000, "*a " * 6666, "|a" * 10_000])
def test_no_text_takes_long(text: str) -> None:
    since = time.monotonic()
    formatted(text)
    assert time.monotonic() - since < 10
