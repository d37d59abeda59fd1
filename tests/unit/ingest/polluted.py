"""Tables with one thing wrong at a random place, and the options that read them all the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

NAMES = ["date", "Subject", "price", "Größe", "note", "mail", "city", "Order no", "state", "主题"]
WORDS = ["Refund", "Invoice", "late, again", "Zoë", 'the "big" one', "über", "two\nlines", "a; b", "ok", "x|y"]


@dataclass
class Polluted:
    """`table`: header and rows as they were meant; `broken`: the rows that cannot be read any more."""

    random: Random
    table: list[list[str]]
    delimiter: str
    quote: str = '"'
    lines: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    @property
    def row(self) -> int:
        """A random row below the header."""
        return self.random.randrange(1, len(self.table))

    def written(self, cell: str, escaped: str | None = None) -> str:
        if not any(sign in cell for sign in (self.delimiter, self.quote, "\n", "\r")):
            return cell
        return self.quote + cell.replace(self.quote, escaped or self.quote * 2) + self.quote

    def write(self, escaped: str | None = None, blank: str = "") -> "Polluted":
        between = self.delimiter + blank
        self.lines = [between.join(self.written(cell, escaped) for cell in row) for row in self.table]
        return self


def clean(random: Random) -> Polluted:
    """Each cell is there once, so that its place can be checked."""
    width = random.randint(2, 6)
    kinds = [random.choice([number, date, text, text, price, empty_or_text]) for _ in range(width)]
    if not any(kind in (number, date, price) for kind in kinds):
        kinds[random.randrange(width)] = number
    rows = [[kind(random, row, column) for column, kind in enumerate(kinds)] for row in range(random.randint(4, 14))]
    return Polluted(random, [random.sample(NAMES, width), *rows], random.choice([",", ";", "\t", "|"])).write()


def number(random: Random, row: int, column: int) -> str:
    return str(1000 * (column + 1) + row)


def price(random: Random, row: int, column: int) -> str:
    return f"{1000 * (column + 1) + row}.{random.randrange(100):02}"


def date(random: Random, row: int, column: int) -> str:
    return f"20{10 + column}-03-{row + 1:02}"


def text(random: Random, row: int, column: int) -> str:
    return f"{random.choice(WORDS)} {row}/{column}x"


def empty_or_text(random: Random, row: int, column: int) -> str:
    return random.choice(["", text(random, row, column)])


def title(one: Polluted) -> None:
    above = one.random.choice(
        [
            ["Export of March"],
            ["Report", ""],
            ["made by reporter", "2024-03-01 10:00"],
            ['"Mail"', "", "all folders"],
        ]
    )
    filled = one.delimiter * (len(one.table[0]) - 1)
    above = [one.random.choice([line, line + filled]) if line else line for line in above]
    one.lines[:0] = above
    one.options = {"header": len(above) + 1}


def comments(one: Polluted) -> None:
    sign = one.random.choice(["#", "#", "%", "//"])
    starts = [0, *(number for number in range(1, len(one.lines)))]
    for at in sorted(one.random.sample(starts, min(len(starts), one.random.randint(1, 3))), reverse=True):
        one.lines.insert(at, f"{sign} {one.random.choice(['a remark', 'made by reporter', 'x; y, z'])}")
    one.options = {"comment": sign}


def extra_delimiter(one: Polluted) -> None:
    row = one.row
    cells = [one.written(cell) for cell in one.table[row]]
    cells.insert(one.random.randint(0, len(cells)), "")
    one.lines[row] = one.delimiter.join(cells)
    one.options, one.broken = {"ragged": "skip"}, {row}


def missing_delimiter(one: Polluted) -> None:
    row = one.row
    cells = [one.written(cell) for cell in one.table[row]]
    at = one.random.randrange(len(cells) - 1)
    cells[at : at + 2] = [cells[at] + cells[at + 1]]
    one.lines[row] = one.delimiter.join(cells)
    one.options, one.broken = {"ragged": "skip"}, {row}


def missing_delimiters(one: Polluted) -> None:
    """As often as a row has one."""
    broken = set(one.random.sample(range(1, len(one.table)), one.random.randint(1, len(one.table) // 2)))
    for row in broken:
        cells = [one.written(cell) for cell in one.table[row]]
        for _ in range(one.random.randint(1, len(cells) - 1)):
            at = one.random.randrange(len(cells) - 1)
            cells[at : at + 2] = [cells[at] + cells[at + 1]]
        one.lines[row] = one.delimiter.join(cells)
    one.options, one.broken = {"header": 1, "ragged": "skip"}, broken


def no_last_cells(one: Polluted) -> None:
    """Of some rows, as many as are empty."""
    for row in one.random.sample(range(1, len(one.table)), one.random.randint(1, len(one.table) // 2)):
        there = one.random.randint(1, len(one.table[row]) - 1)
        cells = one.table[row][:there]
        if not any(cells):
            continue  # a blank line
        one.table[row] = cells + [""] * (len(one.table[row]) - there)
        one.lines[row] = one.delimiter.join(map(one.written, cells))
    one.options = {"ragged": "pad"}


def extra_quote(one: Polluted) -> None:
    row = one.row
    line = one.lines[row]
    at = one.random.randint(0, len(line))
    one.lines[row] = line[:at] + '"' + line[at:]
    one.options, one.broken = {"header": 1, "ragged": "skip"}, {row}


def blank_lines(one: Polluted) -> None:
    for _ in range(one.random.randint(1, 3)):
        one.lines.insert(one.random.randint(0, len(one.lines)), one.random.choice(["", "  ", "   "]))


def blanks(one: Polluted) -> None:
    one.write(blank=" ")
    one.options = {"trim": True}


def row_names(one: Polluted) -> None:
    one.table = [["", *one.table[0]], *([f"r{number}", *row] for number, row in enumerate(one.table[1:]))]
    one.write()
    one.lines[0] = one.lines[0].removeprefix(one.delimiter)
    one.options = {"row_names": True}


def several_headers(one: Polluted) -> None:
    second = [f"unit {number}" for number in range(len(one.table[0]))]
    one.lines.insert(1, one.delimiter.join(second))
    one.table[0] = [f"{name} {more}" for name, more in zip(one.table[0], second, strict=True)]
    one.options = {"header": 1, "header_rows": 2}


def other_quote(one: Polluted) -> None:
    one.quote = "'"
    one.write()
    one.options = {"quote": "'"}


def other_escape(one: Polluted) -> None:
    one.write(escaped='\\"')
    one.options = {"escape": "\\"}


def other_delimiter(one: Polluted) -> None:
    one.delimiter = one.random.choice("~^\x01\x1f")
    one.write()
    one.options = {"delimiter": one.delimiter}


def no_quotes(one: Polluted) -> None:
    one.delimiter = "\t"
    one.table = [[cell.replace("\n", " ").replace('the "big"', '"big" the') for cell in row] for row in one.table]
    one.lines = ["\t".join(row) for row in one.table]
    one.options = {"quote": "none"}


POLLUTIONS: list[Callable[[Polluted], None]] = [
    *(title, comments, extra_delimiter, missing_delimiter, missing_delimiters, no_last_cells, extra_quote),
    *(blank_lines, blanks, row_names, several_headers, other_quote, other_escape, other_delimiter, no_quotes),
]


def polluted(seed: int) -> Polluted:
    one = clean(Random(seed))
    POLLUTIONS[seed % len(POLLUTIONS)](one)
    return one


def misplaced(one: Polluted, headers: list[str], rows: list[list[str]]) -> list[tuple[str, str]]:
    """Cells of the table that stand under the name of another column, or of none; a part of a name is enough."""
    homes = {cell.strip(): name for row in one.table[1:] for cell, name in zip(row, one.table[0], strict=True) if cell}
    return [
        (cell, name)
        for row in rows
        for cell, name in zip(row, headers, strict=True)
        if (home := homes.get(cell.strip())) not in (None, name.strip()) and not (name.strip() and name.strip() in home)
    ]


def found_cells(one: Polluted, rows: list[list[str]]) -> tuple[int, int]:
    """How many cells of the rows that can be read are where they should be; how many there are."""
    expected = [row for number, row in enumerate(one.table) if number and number not in one.broken]
    read = {tuple(row) for row in rows}
    return sum(len(row) for row in expected if tuple(row) in read), sum(map(len, expected))
