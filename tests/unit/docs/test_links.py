"""Links of the documents lead somewhere: to a file that is there, and to a heading that it has."""

import pytest

from tests.unit.docs.pages import PAGES, ROOT, anchors_of, blocks_of, links_of, text_of


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    lost = []
    for link in links_of(page):
        target, _, anchor = link.partition("#")
        if target.startswith(("https://", "http://")):
            continue
        file = ((ROOT / page).parent / target).resolve() if target else ROOT / page
        if not file.is_file() or (anchor and anchor not in anchors_of(str(file.relative_to(ROOT)))):
            lost.append(link)
    assert lost == []


def test_every_page_is_reached_from_the_first() -> None:
    seen, found = set(), {"docs/index.md"}
    while found - seen:
        page = (found - seen).pop()
        seen.add(page)
        for link in links_of(page):
            file = ((ROOT / page).parent / link.partition("#")[0]).resolve()
            if file.suffix == ".md" and file.is_file():
                found.add(str(file.relative_to(ROOT)))
    assert sorted(one for one in PAGES if one.startswith("docs/") and one not in seen) == []


def test_every_page_is_in_the_menu_of_the_built_pages() -> None:
    menu = text_of("mkdocs.yml").partition("\nnav:")[2]
    missing = [one for one in PAGES if one.startswith("docs/") and one.removeprefix("docs/") not in menu]
    assert missing == []


def test_pictures_are_used_and_small() -> None:
    used = {link.rpartition("/")[2] for page in PAGES for link in links_of(page)}
    pictures = sorted((ROOT / "docs").rglob("*.png"))
    assert [one.name for one in pictures if one.name not in used] == []
    assert sum(one.stat().st_size for one in pictures) < 2_200_000


@pytest.mark.parametrize("page", PAGES)
def test_code_is_fenced_so_that_its_language_is_known(page: str) -> None:
    """Else a command would not be found by the tests of commands."""
    assert [block.text for block in blocks_of(page) if not block.language] == []
    fenced = {line for block in blocks_of(page) for line in block.text.splitlines()}
    indented = [line for line in text_of(page).splitlines() if line.startswith("    ") and line not in fenced]
    assert [line for line in indented if not line.lstrip().startswith(("-", "*", "<"))] == []
