"""How a page is looked at, and what must hold however it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Everything that axe checks by itself, and WCAG 2.2's size of targets, which it leaves out unless told.
RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
AXE = Axe()


@dataclass(frozen=True)
class Look:
    """`width` in CSS pixels; zoomed in by 200 % a window has half of its own."""

    name: str
    width: int = 1440
    height: int = 900
    scale: int = 1
    scheme: str = "light"

    def options(self) -> dict[str, Any]:
        return {
            "viewport": {"width": self.width, "height": self.height},
            "device_scale_factor": self.scale,
            "color_scheme": self.scheme,
        }


LIGHT, DARK = Look("light"), Look("dark", scheme="dark")
ZOOMED = Look("zoomed", width=640, height=450, scale=2)
PHONE = Look("phone", width=320, height=640)
LOOKS = (LIGHT, DARK, ZOOMED, PHONE)
SLOW = (DARK, ZOOMED)
"""Each takes as long as the others, and finds little that those have not: by its own command, `just looks`."""
EVERY_LOOK = pytest.mark.parametrize(
    "look", [pytest.param(look, id=look.name, marks=[pytest.mark.slow] * (look in SLOW)) for look in LOOKS]
)


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each element: rule, place, what is wrong."""
    broken = AXE.run(page, options=RULES).response["violations"]
    return [f"{rule['id']} at {_place_and_reason(node)}" for rule in broken for node in rule["nodes"]]


def _place_and_reason(node: dict[str, Any]) -> str:
    reasons = "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
    return f"{' '.join(map(str, node['target']))}: {reasons}"


STICKING_OUT = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > width + 1);
  const name = (one) => `${one.tagName.toLowerCase()}#${one.id}.${one.className.baseVal ?? one.className}`;
  return [`page is ${root.scrollWidth} of ${width} px wide`, ...wide.slice(0, 8).map(
    (one) => `${name(one)} ends at ${Math.round(one.getBoundingClientRect().right)}`)];
}"""


def sticking_out(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(STICKING_OUT)
    return found


def flaws(page: Page) -> list[str]:
    return [*violations(page), *sticking_out(page)]


def assert_flawless(page: Page) -> None:
    found = flaws(page)
    assert not found, "\n".join([page.url, *found])


def assert_all_flawless(page: Page, addresses: Mapping[str, str]) -> None:
    """Each address that a name leads to; a flaw that many have is told once."""
    found: dict[str, list[str]] = {}
    for name, address in addresses.items():
        page.goto(address)
        for flaw in flaws(page):
            found.setdefault(flaw, []).append(name)
    assert not found, "\n".join(f"{', '.join(names)}: {flaw}" for flaw, names in found.items())
