"""The wizard as a person with a mouse goes through it, with JavaScript or without."""

import re
from collections.abc import Sequence

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.api import to_csv

HEAD = ("id", "from", "subject", "body")
MAILS = (
    ("001", "ada@example.org", "Invoice, again", "You billed me twice.\nPlease look."),
    ("002", "bo@example.org", "Größe", "The parcel is too small."),
    ("003", "cy@example.org", '"Thanks"', ""),
    ("004", "di@example.org", "Where is it?", "=1+1"),
)
TEMPLATE = "Classify: {{ row.subject }} / {{ row.body }}"
TITLES = {"map": "Map inputs", "prompt": "Define prompt", "schema": "Response schema", "review": "Review"}


def mails(rows: Sequence[Sequence[str]] = MAILS, head: Sequence[str] = HEAD, name: str = "mails.csv") -> FilePayload:
    return as_file(to_csv([head, *rows]), name)


def as_file(content: bytes, name: str) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


class Wizard:
    """`script` says whether the page's JavaScript runs; `saved` is what the schema's page says of valid fields."""

    def __init__(self, page: Page, *, script: bool = True, saved: str = "Saved") -> None:
        self.page = page
        self.script = script
        self.saved = saved

    # -- between the steps

    def next(self, step: str) -> None:
        """Presses the button that leads to `step`."""
        self.page.get_by_role("button", name=f"Next: {TITLES[step]}").click()
        self.is_at(step)

    def go(self, step: str) -> None:
        """By the stepper."""
        self.page.get_by_role("navigation", name="Steps").get_by_role("link", name=TITLES[step]).click()
        self.is_at(step)

    def is_at(self, step: str) -> None:
        expect(self.page).to_have_url(re.compile(f"/csv-batch/[0-9a-f-]{{36}}/{step}/"))
        self.page.wait_for_load_state()

    def stepper(self, step: str) -> Locator:
        return self.page.get_by_role("navigation", name="Steps").get_by_role("listitem").filter(has_text=TITLES[step])

    @property
    def batch(self) -> str:
        """The id of the draft."""
        return self.page.url.partition("/csv-batch/")[2][:36]

    def has(self, rows: str) -> None:
        """Waits until the file is there, such as `4 rows, 4 columns`."""
        expect(self.page.locator("#file-facts")).to_contain_text(rows)

    # -- the steps

    def upload(self, file: FilePayload) -> None:
        if self.page.locator("#replace").count() and not self.page.locator("#file").is_visible():
            self.page.locator("#replace").click()
        with self.page.expect_file_chooser() as asked:
            self.page.locator("#file").click()
        asked.value.set_files(file)
        if not self.script:
            self.page.get_by_role("button", name="Upload", exact=True).click()

    def use(self, column: str, use: str, key: str | None = None) -> None:
        """`use` as it stands on the button: Ignore, Prompt or Param."""
        self.page.get_by_role("radiogroup", name=f"Use of {column}", exact=True).get_by_text(use).click()
        if key is not None:
            self.page.get_by_role("textbox", name=f"Key of {column}", exact=True).fill(key)

    def write_template(self, text: str) -> None:
        self.page.get_by_label("Prompt template").fill(text)

    def add_field(self, name: str, kind: str = "", *, choices: Sequence[str] = (), required: bool = True) -> None:
        """At the end of the list; `kind` as it is called on the page."""
        before = self.fields.count()
        self.page.locator("#add-0").click()
        expect(self.fields).to_have_count(before + 1)
        row = self.fields.last
        row.locator("input[name$=-name]").fill(name)
        if kind or choices:
            row.locator("select[name$=-type]").select_option(label=kind or "Choice")
        if choices and not self.script:
            self.page.get_by_role("button", name="Save", exact=True).last.click()
            row.locator("textarea[name$=-choices]").fill("\n".join(choices))
        elif choices:
            adder = row.locator(".chips-in input")
            for choice in choices:
                adder.fill(choice)
                adder.press("Enter")
            expect(row.locator(".chips-in button")).to_have_count(len(choices))
        if row.locator("input[name$=-required]").is_checked() != required:
            row.locator("input[name$=-required]").click()
        if self.script:
            self.page.locator("h1").click()
            expect(self.page.locator("#schema-state")).to_have_text(self.saved)
            expect(row.locator("input[name$=-name]")).to_have_value(name)

    @property
    def fields(self) -> Locator:
        """Of the answer, without those that are nested in one."""
        return self.page.locator(".schema-rows > .lines > .line")

    def field_names(self) -> list[str]:
        return [field.locator("input[name$=-name]").first.input_value() for field in self.fields.all()]

    def field_act(self, field: str, act: str) -> None:
        """By the menu of the row whose path is `field`."""
        self.page.get_by_label(f"Actions for {field}", exact=True).click()
        self.page.locator(".row-menu:popover-open").get_by_role("button", name=act).click()

    def choose_network(self, name: str) -> None:
        self.page.get_by_label("Network", exact=True).select_option(name)

    def start(self) -> None:
        self.page.get_by_role("button", name="Start batch").click()
        expect(self.page).to_have_url(re.compile("/csv-batch/[0-9a-f-]{36}/$"))
