"""A date or time of a cell as its format shows it, or as ISO where that depends on the reader's language."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"'
    r"|\\(?P<char>.)"
    r"|[_*](?P<blank>.)"
    r"|\[(?P<elapsed>h+|m+|s+)\]"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<half>AM/PM|A/P)"
    r"|(?P<fraction>\.0+)"
    r"|(?P<part>y+|m+|d+|h+|s+)"
    r"|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
COLOR = re.compile(r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)", re.IGNORECASE)
_LOCALE = re.compile(r"\$-(?P<locale>[0-9A-F]{1,4})", re.IGNORECASE)
"""A language alone. One with a calendar or digits of its own has more, and the system's formats are F800 and F400."""
_SYSTEM = {"f800", "f400"}
_DAY_S = 86_400
_LAST_DAY = 2_958_466
"""The day after December 31, 9999."""
_Token = tuple[str, str]


def date_formatter(section: str, *, is_1904: bool) -> Callable[[float], str | None] | None:
    """None where the format is not one of dates. The formatter answers None for what is no date: a negative number."""
    tokens = _tokens(section)
    if not any(kind in ("part", "elapsed") for kind, _ in tokens):
        return None
    if any(kind == "other" and text in "0#?" for kind, text in tokens):
        return None
    if any(kind == "elapsed" for kind, _ in tokens):
        return lambda days: _elapsed(days, tokens)
    shown = [_shown_part(tokens, index) for index in range(len(tokens))]
    pattern = None if None in shown else "".join(part for part in shown if part is not None)
    halves = any(kind == "half" for kind, _ in tokens)
    fraction = max((len(text) - 1 for kind, text in tokens if kind == "fraction"), default=0)
    letters = {text[0].lower() for kind, text in tokens if kind == "part"}
    months = any(
        text[0] in "mM" and not _is_minutes(tokens, at) for at, (kind, text) in enumerate(tokens) if kind == "part"
    )
    has_date, has_time = months or bool(letters & {"y", "d"}), bool(letters & {"h", "s"})

    def formatted(days: float) -> str | None:
        moment = _moment(days, fraction, is_1904=is_1904)
        if moment is None:
            return None
        if pattern is not None:
            return _filled(pattern, moment, halves=halves).strip()
        if not has_time:
            return f"{moment:%Y-%m-%d}"
        return moment.isoformat() if has_date else moment.time().isoformat()

    return formatted


def _tokens(section: str) -> list[_Token]:
    return [(match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(section)]


_PARTS = {"yy": "{yy}", "yyyy": "{yyyy}", "d": "{d}", "dd": "{dd}", "h": "{h}", "hh": "{hh}", "s": "{s}", "ss": "{ss}"}


def _shown_part(tokens: list[_Token], index: int) -> str | None:
    """As a place of `_filled`; None where it can't be told."""
    kind, text = tokens[index]
    match kind:
        case "text" | "char":
            return _literal(text)
        case "blank":
            return ""
        case "bracket":
            locale = _LOCALE.fullmatch(text)
            known = locale["locale"].lower() not in _SYSTEM if locale else bool(COLOR.fullmatch(text))
            return "" if known else None
        case "half":
            return "{half}" if len(text) > 3 else "{h1}"
        case "fraction":
            return "{f" + str(min(len(text) - 1, 3)) + "}"
        case "part" if text[0] in "mM":
            if len(text) > 2:
                return None
            minutes = _is_minutes(tokens, index)
            return ("{mi" if minutes else "{M") + str(len(text)) + "}"
        case "part":
            return _PARTS.get(text.lower())
        case _:
            return None if text.isalpha() and text.isascii() and text != "T" else "" if text == "@" else _literal(text)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _is_minutes(tokens: list[_Token], index: int) -> bool:
    """An `m` right behind hours or right before seconds is minutes; any other is the month."""
    parts = [(place, text) for place, (kind, text) in enumerate(tokens) if kind in ("part", "elapsed")]
    at = next(number for number, (place, _) in enumerate(parts) if place == index)
    before = parts[at - 1][1][0].lower() if at else ""
    after = parts[at + 1][1][0].lower() if at + 1 < len(parts) else ""
    return before == "h" or after == "s"


def _moment(days: float, fraction: int, *, is_1904: bool) -> datetime | None:
    """The day 60 of a workbook, February 29, 1900, never was: those before it are one day later."""
    if not 0 <= days < _LAST_DAY - (1462 if is_1904 else 0):
        return None
    start = datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 31 if days < 60 else 30)
    whole = int(days)
    seconds = round((days - whole) * _DAY_S, min(fraction, 3))
    try:
        return start + timedelta(days=whole, seconds=seconds)
    except OverflowError:
        return None


def _filled(pattern: str, moment: datetime, *, halves: bool) -> str:
    hour = (moment.hour % 12 or 12) if halves else moment.hour
    half = "PM" if moment.hour >= 12 else "AM"
    milliseconds = f"{moment.microsecond // 1000:03}"
    return pattern.format(
        yyyy=f"{moment.year:04}",
        yy=f"{moment.year % 100:02}",
        M1=moment.month,
        M2=f"{moment.month:02}",
        d=moment.day,
        dd=f"{moment.day:02}",
        h=hour,
        hh=f"{hour:02}",
        mi1=moment.minute,
        mi2=f"{moment.minute:02}",
        s=moment.second,
        ss=f"{moment.second:02}",
        half=half,
        h1=half[0],
        f1=f".{milliseconds[:1]}",
        f2=f".{milliseconds[:2]}",
        f3=f".{milliseconds}",
    )


def _elapsed(days: float, tokens: list[_Token]) -> str | None:
    """`[h]:mm:ss`: hours go beyond 24."""
    if not abs(days) < _LAST_DAY:
        return None
    fraction = min(max((len(text) - 1 for kind, text in tokens if kind == "fraction"), default=0), 3)
    total_ms = round(abs(days) * _DAY_S * 1000)
    unit = 10 ** (3 - fraction)
    total_ms = (total_ms + unit // 2) // unit * unit
    seconds, milliseconds = divmod(total_ms, 1000)
    whole = {"h": seconds // 3600, "m": seconds // 60, "s": seconds}
    within = {"h": seconds // 3600, "m": seconds // 60 % 60, "s": seconds % 60, "d": seconds // _DAY_S}
    shown = []
    for kind, text in tokens:
        letter = text[:1].lower()
        if kind == "elapsed":
            shown.append(f"{whole[letter]:0{len(text)}}")
        elif kind == "part":
            if letter not in within:
                return None
            shown.append(f"{within[letter]:0{len(text)}}")
        elif kind == "fraction":
            shown.append(f".{milliseconds:03}"[: fraction + 1])
        elif kind in ("text", "char") or (kind == "other" and text != "@"):
            shown.append(text)
    return ("-" if days < 0 else "") + "".join(shown).strip()
