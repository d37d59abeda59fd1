"""What a person without a mouse does."""

from playwright.sync_api import Page


def tab_to(page: Page, what: str, *, back: bool = False, most: int = 200) -> None:
    """Presses Tab until the element that the selector names has the focus."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"Tab never came to {what}")


def press(page: Page, what: str, key: str = "Enter") -> None:
    """Goes to the element with Tab and presses a key on it."""
    tab_to(page, what)
    page.keyboard.press(key)


def write(page: Page, what: str, text: str) -> None:
    """Goes to the field with Tab and types over what is in it."""
    tab_to(page, what)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)
