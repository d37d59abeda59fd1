"""What a server, or what stands before it, can do to a call, and what the reply to each has to be."""

from dataclasses import dataclass
from typing import Any

LONG_HEAD = f"HTTP/1.1 200 OK\r\nX: {'x' * 70_000}\r\n\r\n{{}}"
LARGE_HEAD = "HTTP/1.1 200 OK\r\n" + f"X: {'x' * 60_000}\r\n" * 5 + "\r\n{}"
# To a parser of mails a lone CR is the end of a line: a mail in a mail in a mail.
MAILS = "Content-Type: message/rfc822\r\r" * 1500
MAILS_IN_ONE_HEADER = f"HTTP/1.1 200 OK\r\n{MAILS}\r\n\r\n{{}}"
MAILS_BEHIND_AN_INTERIM = f"HTTP/1.1 102 Wait\r\n{MAILS}\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{{}}"


@dataclass(frozen=True)
class Mode:
    """`do` is the server's behaviour; `word` stands in the message; `slow`: only the deadline ends it."""

    do: str | dict[str, Any]
    error_code: str | None
    reason: str | None = None
    status: int | None = None
    transient: bool = False
    word: str = ""
    slow: bool = False

    @property
    def outcome(self) -> tuple[str | None, str | None, int | None, bool]:
        return self.error_code, self.reason, self.status, self.transient

    @property
    def name(self) -> str:
        parts = self.do.values() if isinstance(self.do, dict) else [self.do]
        return "-".join(ascii(part)[:24].strip("'") for part in parts)


def garbled(do: str | dict[str, Any], status: int | None = None, word: str = "") -> Mode:
    return Mode(do, "bad_response", "garbled", status, transient=True, word=word)


def wrong(do: str | dict[str, Any], word: str, status: int = 200) -> Mode:
    return Mode(do, "bad_response", None, status, word=word)


def late(do: str | dict[str, Any]) -> Mode:
    return Mode(do, "timeout", "deadline", None, transient=True, word="No complete answer within", slow=True)


def dropped(do: str | dict[str, Any]) -> Mode:
    return Mode(do, "connection", "dropped", None, transient=True, word="broke the connection")


def too_large(do: str | dict[str, Any]) -> Mode:
    return Mode(do, "too_large", None, 200, word="5,242,880 bytes")


def text(body: str) -> dict[str, Any]:
    return {"do": "body_text", "text": body}


def raw(answer: str) -> dict[str, Any]:
    return {"do": "raw", "text": answer}


def status(code: int, **options: Any) -> dict[str, Any]:
    return {"do": "status", "status": code, **options}


SLOW = [
    late("hang"),
    late("hang_in_body"),
    late("drip_header"),
    late("drip_body"),
    late("drip_endless"),
    late({"do": "ok", "latency_ms": 60_000}),
    late({"do": "informed", "status": 102, "times": 100_000, "interval_ms": 20}),
    late({"do": "ok", "headers": {"Transfer-Encoding": "chunked"}}),
]
BROKEN = [
    dropped("reset"),
    dropped("no_answer"),
    garbled("cut_body", word="incomplete"),
    garbled("bad_chunk"),
    garbled("short_length", 200, "or is incomplete"),
    garbled({"do": "short_length", "late_ms": 100}, 200),
    garbled("truncated_json", 200),
    garbled("bad_gzip"),
    garbled({"do": "gzip_bomb", "size": 1_000_000, "layers": 7}),
    garbled({"do": "ok", "headers": {"Content-Length": "5, 7"}}),
    garbled("many_headers"),
    garbled("not_http", word="not with HTTP"),
    garbled(raw("{}")),
    garbled(raw("\r\n\r\n")),
    garbled(raw("HTTP/2 200\r\n\r\n{}")),
    garbled(raw("HTTP/1.1 099 x\r\n\r\n{}")),
    garbled(raw(LONG_HEAD)),
    garbled(raw(LARGE_HEAD)),
    garbled(raw(LARGE_HEAD.replace("200 OK", "103 Hints"))),
    garbled(raw("HTTP/1.1 200 OK"), 200),
    garbled({"do": "informed", "status": 101}, 101),
    garbled("no_content", 204),
    garbled({"do": "no_content", "then_ms": 100}, 204),
    garbled(status(205, text=""), 205, "205"),
]
NO_JSON = [
    garbled("empty200", 200, "no body"),
    garbled(text("  \n "), 200, "no body"),
    garbled(text("upstream says no"), 200, "upstream says no"),
    garbled("html200", 200, "<!doctype html>"),
    garbled("invalid_utf8", 200, "UTF-8"),
    garbled(text('\udcff\udcfe{\x00"\x00'), 200, "UTF-8"),
    *(garbled({"do": "redirect", "status": code}, code, "not followed") for code in (301, 302, 303, 307, 308)),
    garbled(status(304), 304),
]
NOT_OURS = [
    wrong("nan", "NaN"),
    wrong("infinity", "Infinity"),
    wrong("huge_float", "1e999"),
    wrong("huge_integer", "999"),
    wrong("duplicate_keys", "'a' twice"),
    wrong("lone_surrogate", "surrogate"),
    wrong("nul", "NUL"),
    wrong("deep", "deep"),
    wrong({"do": "deep", "depth": 300}, "deep"),
    wrong(text('{"error": {"message": "Provider returned error", "code": 502}}'), "says: Provider returned error"),
    wrong(text('{"detail": "No such \\ud800 run"}'), "says: No such run"),
    wrong(text("[" * 100_000), "deep"),
    wrong(text("[]"), "not an object"),
    wrong(text('"ok"'), "not an object"),
    wrong(text("NaN"), "not an object"),
    wrong(raw(MAILS_IN_ONE_HEADER), "final"),
    wrong(raw(MAILS_BEHIND_AN_INTERIM), "final"),
    wrong(text("{}"), "final"),
    wrong({"do": "ok", "payload": ["a"]}, "a list"),
    wrong({"do": "ok", "payload": None}, "missing"),
    wrong(status(201, json={"final": {"response_payload": {}}}), "201", 201),
    too_large({"do": "big", "size": 6_000_000}),
    too_large({"do": "big", "size": 50_000_000}),
    too_large("endless"),
    too_large("gzip_bomb"),
    too_large({"do": "gzip_bomb", "layers": 2}),
]
REFUSED = [
    *(Mode(status(code), "server_error", None, code, transient=True) for code in (408, 425, 500, 502, 503, 504, 529)),
    Mode(raw("HTTP/1.1 999 x\r\n\r\n"), "server_error", None, 999, transient=True),
    *(Mode(status(code), "rejected", None, code, word=str(code)) for code in (400, 404, 405, 413, 422, 451)),
    *(Mode(status(code, json={"detail": "Who?"}), "unauthorized", None, code, True, "Who?") for code in (401, 403)),
    *(Mode(status(code), "rate_limited", None, code, transient=True) for code in (402, 429)),
    Mode({"do": "drip_body", "status": 422}, "rejected", None, 422, slow=True),
    Mode({"do": "drip_body", "status": 503}, "server_error", None, 503, transient=True, slow=True),
]
ODD_BUT_GOOD = [
    Mode("bom", None, None, 200),
    Mode("gzipped", None, None, 200),
    Mode({"do": "informed", "status": 100}, None, None, 200),
    Mode({"do": "informed", "interval_ms": 100}, None, None, 200),
    Mode({"do": "informed", "status": 102, "times": 50}, None, None, 200),
    Mode({"do": "ok", "headers": {"Content-Length": "-5"}, "close": True}, None, None, 200),
    Mode({"do": "ok", "headers": {"Content-Type": "text/html; charset=latin-1"}}, None, None, 200),
    Mode({"do": "ok", "headers": {"Retry-After": "9999"}}, None, None, 200),
    Mode({"do": "big", "size": 4_000_000}, None, None, 200),
]
MODES = [*SLOW, *BROKEN, *NO_JSON, *NOT_OURS, *REFUSED, *ODD_BUT_GOOD]
