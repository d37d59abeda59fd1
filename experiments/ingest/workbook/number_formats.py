"""A number of a cell as its number format shows it (ECMA-376, part 1, 18.8.30 and 18.8.31).

The common formats are followed: digits and leading zeros, thousands, percentages, currencies, exponents, signs in
brackets, elapsed times, dates. A date is written as shown where the format tells that by digits alone; as ISO where it
depends on the reader's language: the system's own formats, names of months and days, other calendars. Fractions and
conditions are written in the general form: in full, to the fifteen digits that a spreadsheet computes with.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from experiments.ingest.workbook.date_formats import COLOR, date_formatter

Formatter = Callable[[str], str]
"""Of the number as the file writes it."""

_LONGEST_PLAIN = 21
_DIGITS = 15
_LARGEST_POWER = 400
_TOKEN = re.compile(
    r'"([^"]*)"'  # text
    r"|\\(.)"  # a character
    r"|[_*](.)"  # a blank as wide as the character; filled with it
    r"|\[([^\]]*)\]"  # color, currency, condition, elapsed time
    r"|([Gg]eneral)"
    r"|([Ee][+-])"
    r"|(.)",
    re.DOTALL,
)
_CURRENCY = re.compile(r"\$([^-]*)(?:-[0-9A-Fa-f]+)?")
_GENERAL, _EXPONENT = "\0", "\1"
"""Among the texts of a section: where the number in its general form belongs, and the exponent."""
_WHOLE = re.compile(r"-?[0-9]+")

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);(#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""By number, where a workbook gives no code for it. The others are General, or below."""
_SYSTEM_DATE, _SYSTEM_TIME = "[$-F800]yyyy-mm-dd", "[$-F800]hh:mm:ss"
SYSTEM_FORMATS = {
    **dict.fromkeys((14, *range(27, 32), 36, *range(50, 59)), _SYSTEM_DATE),
    **dict.fromkeys(range(32, 36), _SYSTEM_TIME),
    22: f"{_SYSTEM_DATE} hh:mm",
}
"""They differ by the reader's language."""


def general(raw: str) -> str:
    """In full. Whole numbers keep their digits, however many the file has."""
    if _WHOLE.fullmatch(raw):
        return raw
    number = _decimal(raw)
    return raw if number is None else _plain(number)


def formatter(number: int, code: str | None, *, is_1904: bool) -> Formatter:
    """Of the format with this number; `code` is the workbook's own, where it has one."""
    if code is None:
        code = SYSTEM_FORMATS.get(number) or BUILT_IN.get(number, "General")
    sections = _split(code)
    as_date = date_formatter(sections[0], is_1904=is_1904)
    if as_date is not None:
        return _or_general(as_date)
    return _number_formatter(sections)


def text_format(code: str | None) -> str | None:
    """What a format adds to a text, with `@` in its place; None: nothing."""
    sections = _split(code or "")
    section = sections[3] if len(sections) > 3 else sections[-1]
    tokens = list(_tokens(section))
    if ("@", True) not in tokens:
        return None
    shown = "".join("\0" if token == ("@", True) else token[0] for token in tokens if not token[1] or token[0] == "@")
    return None if shown.strip() == "\0" else shown


def _or_general(as_date: Callable[[float], str | None]) -> Formatter:
    def shown(raw: str) -> str:
        try:
            text = as_date(float(raw))
        except ValueError:
            return raw
        return general(raw) if text is None else text

    return shown


def _decimal(raw: str) -> Decimal | None:
    """To the digits that a spreadsheet computes with: 0.30000000000000004 is 0.3."""
    try:
        number = Decimal(raw)
        if not number.is_finite() or abs(number.adjusted()) > _LARGEST_POWER:
            return None
        if len(raw) <= _DIGITS or len(number.as_tuple().digits) <= _DIGITS:
            return number
        return Decimal(f"{number:.{_DIGITS - 1}e}")
    except (InvalidOperation, ValueError):
        return None


def _plain(number: Decimal) -> str:
    if not number:
        return "0"
    number = number.normalize()
    if -_LONGEST_PLAIN < number.adjusted() < _LONGEST_PLAIN:
        return f"{number:f}"
    return f"{number:E}"


# -- sections


@dataclass(frozen=True, slots=True)
class _Section:
    """`whole`: literal texts, and None for each place of a digit, up to the point; `after`: the same behind it."""

    whole: tuple[str | None, ...]
    after: tuple[str | None, ...]
    least_whole: int
    least_decimals: int
    has_point: bool
    groups: bool
    scale: int
    """The power of ten that the number is multiplied by."""
    exponent: str
    """`E+` or `E-` with a zero for each of its digits; empty: none."""
    quantum: Decimal
    """What is rounded to."""
    around: tuple[str, str] | None
    """The texts before and behind the number, where it is written as Python does: `0.00`, `#,##0`, `0%`."""


def _split(code: str) -> list[str]:
    """The sections: positive, negative, zero, text."""
    sections, start = [], 0
    for match in _TOKEN.finditer(code):
        if match[7] == ";":
            sections.append(code[start : match.start()])
            start = match.end()
    return [*sections, code[start:]]


def _tokens(section: str) -> list[tuple[str, bool]]:
    """Each with whether it is a sign of the format rather than a text."""
    found: list[tuple[str, bool]] = []
    for text, char, blank, bracket, word, exponent, other in _TOKEN.findall(section):
        if bracket:
            currency = _CURRENCY.fullmatch(bracket)
            if currency:
                found.append((currency[1], False))
            elif not COLOR.fullmatch(bracket):
                found.append(("[", True))
        elif word:
            found.append(("General", True))
        elif exponent:
            found.append((exponent.upper(), True))
        elif other:
            found.append((other, other in "0#?.,%/@"))
        elif not blank:
            found.append((text or char, False))
    return found


def _number_formatter(sections: list[str]) -> Formatter:
    numeric = [_section(section) for section in sections[:3]]
    parsed = [section for section in numeric if section is not None]
    if len(parsed) < len(numeric) or not any(section.strip() for section in sections[:3]):
        # Not followed here, or a format that hides every number.
        return general
    if len(parsed) == 1 and parsed[0].whole == (_GENERAL,):
        return general

    def shown(raw: str) -> str:
        number = _decimal(raw)
        if number is None or number.adjusted() > _LONGEST_PLAIN:
            return general(raw)
        try:
            if number < 0 and len(parsed) > 1:
                return _shown(-number, parsed[1])
            return _shown(number, parsed[2] if not number and len(parsed) > 2 else parsed[0])
        except InvalidOperation:
            # More digits than are computed with.
            return general(raw)

    return shown


def _section(section: str) -> _Section | None:
    """None for what is not followed here: conditions, fractions."""
    tokens = _tokens(section)
    signs = [token for token, is_sign in tokens if is_sign]
    is_general = "General" in signs or "@" in signs
    if "[" in signs or "/" in signs or signs.count(".") > 1 or (is_general and len(signs) > 1):
        return None
    whole: list[str | None] = []
    after: list[str | None] = []
    least = [0, 0]
    scale = commas = 0
    groups, has_point, exponent = False, False, ""
    for piece, is_sign in tokens:
        target = after if has_point or exponent else whole
        if not is_sign:
            target.append(piece)
        elif piece in ("General", "@"):
            target.append(_GENERAL)
        elif piece in ".,":
            has_point, commas = has_point or piece == ".", commas + (piece == ",")
        elif piece == "%":
            scale += 2
            target.append("%")
        elif piece in ("E+", "E-"):
            after.append(_EXPONENT)
            exponent = piece
        elif exponent:
            exponent += "0"
        else:
            groups = groups or (commas > 0 and not has_point)
            commas = 0
            least[has_point] += piece == "0"
            target.append(None)
    decimals = after.count(None)
    quantum = Decimal(1).scaleb(-decimals)
    is_plain = least == [1, decimals] and has_point == (decimals > 0) and not exponent
    around = _around(whole, after) if is_plain else None
    scale -= 3 * commas
    return _Section(tuple(whole), tuple(after), least[0], least[1], has_point, groups, scale, exponent, quantum, around)


def _around(whole: list[str | None], after: list[str | None]) -> tuple[str, str] | None:
    """None where texts are among the digits."""
    first, digits = whole.index(None), whole.count(None)
    before, behind = whole[:first], whole[first + digits :]
    decimals = after.count(None)
    if None in behind or (behind and after) or None in after[decimals:]:
        return None
    return "".join(map(str, before)), "".join(map(str, behind + after[decimals:]))


def _shown(number: Decimal, section: _Section) -> str:
    sign = "-" if number < 0 else ""
    if _GENERAL in section.whole:
        return (sign + "".join(map(str, section.whole)).replace(_GENERAL, _plain(abs(number)))).strip()
    if None not in section.whole and None not in section.after:
        return "".join(map(str, section.whole)).strip()
    exponent = 0
    if section.exponent:
        number, exponent = _scientific(number, section)
    if section.scale:
        number = number.scaleb(section.scale)
    rounded = number.quantize(section.quantum, ROUND_HALF_UP)
    text = f"{abs(rounded):,f}" if section.groups else f"{abs(rounded):f}"
    if section.around:
        return f"{sign}{section.around[0]}{text}{section.around[1]}".strip()
    whole, _, decimals = text.partition(".")
    whole = whole.lstrip("0").rjust(section.least_whole, "0")
    while len(decimals) > section.least_decimals and decimals.endswith("0"):
        decimals = decimals[:-1]
    left = iter(decimals)
    after = "".join(next(left, "") if piece is None else piece for piece in section.after)
    if section.exponent:
        mark = "-" if exponent < 0 else "+" if section.exponent.startswith("E+") else ""
        after = after.replace(_EXPONENT, f"E{mark}{str(abs(exponent)).rjust(len(section.exponent) - 2, '0')}")
    return (sign + _fill(section.whole, whole) + ("." if section.has_point else "") + after).strip()


def _fill(pieces: tuple[str | None, ...], digits: str) -> str:
    """The digits in their places, from the last one; what is left over goes to the first place."""
    places = sum(piece is None for piece in pieces)
    if not places:
        return "".join(piece for piece in pieces if piece is not None)
    if all(piece is None for piece in pieces[pieces.index(None) : _last_place(pieces) + 1]):
        first, last = pieces.index(None), _last_place(pieces)
        return "".join((*map(str, pieces[:first]), digits, *map(str, pieces[last + 1 :])))
    filled, left = [], digits
    for index in range(len(pieces) - 1, -1, -1):
        piece = pieces[index]
        if piece is not None:
            filled.append(piece)
            continue
        places -= 1
        filled.append(left if not places else left[-1:])
        left = "" if not places else left[:-1]
    return "".join(reversed(filled))


def _last_place(pieces: tuple[str | None, ...]) -> int:
    return len(pieces) - 1 - pieces[::-1].index(None)


def _scientific(number: Decimal, section: _Section) -> tuple[Decimal, int]:
    """The number between 1 and 10 (or 1000, with as many places before the point), and the power of ten beside it."""
    if not number:
        return number, 0
    step = max(1, sum(piece is None for piece in section.whole))
    exponent = number.adjusted() // step * step
    scaled = number.scaleb(-exponent)
    if abs(scaled).quantize(section.quantum, ROUND_HALF_UP) >= Decimal(10) ** step:
        exponent += step
        scaled = number.scaleb(-exponent)
    return scaled, exponent
