"""What a page must never do: fail a script, break the policy, open a dialog, ask somebody else, get an error."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, Response, WebError

# A browser tells of a violation on its console too, but not of each, and not always with its place.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""


class Watch:
    """Collects `problems` of all contexts that it was told to follow."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.problems: list[str] = []
        self._told = self.problems
        self.asked: list[str] = []
        self._expected: set[int] = set()
        self._accept: bool | None = None

    def expect_status(self, *statuses: int) -> None:
        """Answers that belong to this test although they are refusals."""
        self._expected |= set(statuses)

    def answer_dialogs(self, *, accept: bool) -> None:
        """From now on questions belong to this test; they are kept in `asked`."""
        self._accept = accept

    def leave(self) -> None:
        """Nobody looks any more: what pages do while they are closed is no problem."""
        self.problems = [*self.problems]
        self._told = []

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        told = f"console {message.type}: {message.text}"
        if message.type in ("error", "warning", "assert") and not self._is_expected(message.text):
            self._told.append(f"{told} ({message.location.get('url')}:{message.location.get('lineNumber')})")

    def _is_expected(self, text: str) -> bool:
        """The console repeats each refusal; so does htmx."""
        return any(
            f"the server responded with a status of {status}" in text or f"Response Status Error Code {status}" in text
            for status in self._expected
        )

    def _error(self, error: WebError) -> None:
        self._told.append(f"script error: {error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        if self._accept is None:
            self._told.append(f"dialog {dialog.type}: {dialog.message}")
        else:
            self.asked.append(dialog.message)
        if self._accept:
            dialog.accept()
        else:
            dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self._told.append(f"request to {request.url}")

    def _failed(self, request: Request) -> None:
        # A poll ends with its page, and a download ends the navigation that led to it.
        if request.failure != "net::ERR_ABORTED":
            self._told.append(f"failed request {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self._told.append(f"{response.status} {response.request.method} {response.url}")
