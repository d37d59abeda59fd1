"""A text that a model wrote, formatted by its Markdown.

Whoever writes rows can make a model write what they like. HTML in the text is text, images are not loaded, links lead
to other sites and nowhere on this one; what is left is cleaned once more by a list of what is allowed.
"""

from functools import cache
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "*": set()}
"""`*`: what any tag may have. Without it that is `lang` and `title`."""
CLASSES = {"p": {"h"}}
SCHEMES = {"http", "https", "mailto"}


def formatted(text: str) -> SafeString:
    """A heading is a paragraph of the class `h`: the page has headings of its own."""
    # Each process of a site would have two megabytes of it that most of them never need.
    import nh3

    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "p"
        if token.type == "heading_open":
            token.attrSet("class", "h")
    html = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener nofollow",
    )
    return mark_safe(html)  # noqa: S308  cleaned


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).disable("image")
