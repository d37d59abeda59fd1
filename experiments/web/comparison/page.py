"""A comparison as its page shows it."""

from dataclasses import dataclass

from experiments.core.choices import RowMatch
from experiments.core.cost import in_words
from experiments.core.formatting import count, duration
from experiments.kinds import QueueLayout, kind_of
from experiments.models import Queue
from experiments.selectors import comparison
from experiments.selectors.comparison import FoundLines, Summary
from experiments.selectors.comparison_statements import Both
from experiments.web.comparison.forms import ALL, ComparisonAddress
from experiments.web.comparison.heads import THOUSAND, Choice, Head, change_in_words, heads_of, number_of, short
from experiments.web.comparison.rows import RowShown, rows_of
from experiments.web.queue.columns import WHOLE_ANSWER

ROWS_ON_A_PAGE = 50
FIRST_WIDTHS = (64, 124)
"""Of the row and its change."""
INPUT_WIDTH = 214
AB_WIDTH = 32
LAST_WIDTH = 200
LEGEND = {
    RowMatch.CHANGED: ("Changed", "ne", "d"),
    RowMatch.SAME: ("Same", "eq", ""),
    RowMatch.ONLY_A: ("Only A", "A", ""),
    RowMatch.ONLY_B: ("Only B", "B", "b"),
    RowMatch.FAILED: ("Failed in both", "bad", "f"),
}
METER = {
    RowMatch.CHANGED: "d",
    RowMatch.SAME: "s",
    RowMatch.ONLY_A: "ra",
    RowMatch.ONLY_B: "rb",
    RowMatch.FAILED: "f",
}


@dataclass(frozen=True)
class Column:
    """One that can be shown. `key`: as an address has it."""

    key: str
    name: str
    is_shown: bool


@dataclass(frozen=True)
class Side:
    letter: str
    queue: Queue
    took: str
    cost: str
    failed: int


@dataclass(frozen=True)
class ComparisonPage:
    both: Both
    address: ComparisonAddress
    summary: Summary
    sides: tuple[Side, Side]
    different: tuple[tuple[str, str, str], ...]
    """Name of a setting, and what it is in A and in B."""
    legend: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    kind_chosen: str
    meter: tuple[tuple[str, int, int], ...]
    meter_words: str
    heads: tuple[Head, ...]
    columns: tuple[Column, ...]
    inputs: tuple[tuple[int, str], ...]
    filters: tuple[Choice, ...]
    rows: tuple[RowShown, ...]
    found: FoundLines
    problem: str = ""

    @property
    def shown_heads(self) -> tuple[Head, ...]:
        shown = {column.key for column in self.columns if column.is_shown}
        return tuple(head for head in self.heads if f"f.{head.field}" in shown)

    @property
    def widths(self) -> tuple[int, ...]:
        """The last column takes what is left."""
        fields = [head.width for head in self.shown_heads]
        return (*FIRST_WIDTHS, *(INPUT_WIDTH for _ in self.inputs), AB_WIDTH, *fields[:-1])

    @property
    def width(self) -> int:
        return sum(self.widths) + LAST_WIDTH

    @property
    def span(self) -> int:
        return len(self.widths) + 1

    @property
    def counted(self) -> int:
        return sum(head.is_counted for head in self.heads)

    @property
    def total(self) -> int:
        return max(self.both.a.total, self.both.b.total)

    @property
    def shown_columns(self) -> int:
        return sum(column.is_shown for column in self.columns)

    @property
    def different_names(self) -> str:
        return ", ".join(name.lower() for name, _, _ in self.different)

    @property
    def by_row(self) -> str:
        return self.address.query(sort="row")

    @property
    def by_change(self) -> str:
        return self.address.query(sort="")

    @property
    def all_rows(self) -> str:
        return self.address.rows(match=ALL)

    @property
    def next_page(self) -> str:
        return self.address.query(after=self.found.after)

    @property
    def previous_page(self) -> str:
        return self.address.query(before=self.found.before)

    @property
    def first_shown(self) -> int:
        return self.found.start + 1

    @property
    def last_shown(self) -> int:
        return self.found.start + len(self.rows)


def comparison_page(
    both: Both, counted_: frozenset[str], address: ComparisonAddress, *, whole: bool, problem: str = ""
) -> ComparisonPage:
    """`problem`: why no rows can be shown."""
    summary = comparison.summary(both, counted_, whole=whole)
    layouts = [kind_of(queue).layout(queue) for queue in (both.a, both.b)]
    columns = _columns(both, layouts[0], address)
    inputs = tuple((int(one.key), one.name) for one in columns if one.is_shown and not one.key.startswith("f."))
    names = [one.key.removeprefix("f.") for one in columns if one.is_shown and one.key.startswith("f.")]
    heads = heads_of(layouts, summary, address)
    found = FoundLines([], None)
    if not problem:
        found = comparison.find_lines(
            both, counted_, address.wanted, want=ROWS_ON_A_PAGE, after=address.after, before=address.before
        )
    return ComparisonPage(
        both=both,
        address=address,
        summary=summary,
        sides=(_side("A", both.a), _side("B", both.b)),
        different=different_settings(both),
        legend=_legend(summary, address),
        kinds=_kinds(summary, address),
        kind_chosen=_kind_chosen(address),
        meter=_meter(summary),
        meter_words=", ".join(f"{count(summary.matches[one])} {LEGEND[one][0].lower()}" for one in LEGEND),
        heads=heads,
        columns=columns,
        inputs=inputs,
        filters=_filters(address),
        rows=rows_of(both, found.lines, heads, names, [position for position, _ in inputs], address),
        found=found,
        problem=problem,
    )


def _side(letter: str, queue: Queue) -> Side:
    cost = "" if queue.cost is None else in_words(queue.cost, queue.currency)
    return Side(letter, queue, duration(queue.ran_s) if queue.started_at else "", cost, queue.failed_open)


def different_settings(both: Both) -> tuple[tuple[str, str, str], ...]:
    pairs = [_settings(queue) for queue in (both.a, both.b)]
    names = list(dict.fromkeys([*pairs[0], *pairs[1]]))
    found = ((name, pairs[0].get(name, ""), pairs[1].get(name, "")) for name in names)
    return tuple(one for one in found if one[1] != one[2])


def _settings(queue: Queue) -> dict[str, str]:
    network = queue.network.name if queue.network else ""
    version = "" if queue.pinned_version is None else f"v{queue.pinned_version}"
    of_host = {"Network": network, "Version": version, "Agent": queue.agent_key}
    return {**of_host, **kind_of(queue).settings_in_words(queue)}


def _legend(summary: Summary, address: ComparisonAddress) -> tuple[Choice, ...]:
    wanted = address.wanted
    is_all = wanted.match is None and not (wanted.failed_in or wanted.field or wanted.search)
    found = [Choice("All", "" if summary.is_sample else count(summary.rows), address.rows(match=ALL), is_all)]
    for match, (label, icon, look) in LEGEND.items():
        found.append(
            Choice(
                label,
                number_of(summary, summary.matches[match]),
                address.rows(match=match),
                wanted.match is match,
                icon,
                look,
            )
        )
    return tuple(found)


def _kinds(summary: Summary, address: ComparisonAddress) -> tuple[Choice, ...]:
    kinds = {
        "a": ("Failed in A, answered in B", summary.failed_in_a),
        "b": ("Answered in A, failed in B", summary.failed_in_b),
    }
    changed = number_of(summary, summary.matches[RowMatch.CHANGED])
    other = Choice("Other value", changed, address.rows(match=RowMatch.CHANGED), _is_other_value(address))
    failed = (
        Choice(label, number_of(summary, number), address.rows(failed=kind), address.wanted.failed_in == kind)
        for kind, (label, number) in kinds.items()
    )
    return (other, *failed)


def _is_other_value(address: ComparisonAddress) -> bool:
    return address.wanted.match is RowMatch.CHANGED and not address.wanted.failed_in


def _kind_chosen(address: ComparisonAddress) -> str:
    other = "Other value" if _is_other_value(address) else "Any kind"
    return {"a": "Failed in A", "b": "Failed in B"}.get(address.wanted.failed_in, other)


def _meter(summary: Summary) -> tuple[tuple[str, int, int], ...]:
    """Class, place and width of each part, in thousandths."""
    found, left = [], 0
    for match, look in METER.items():
        if summary.matches[match]:
            width = max(round(summary.matches[match] * THOUSAND / summary.rows), 2)
            found.append((look, left, width))
            left += width
    return tuple(found)


def _columns(both: Both, layout: QueueLayout, address: ComparisonAddress) -> tuple[Column, ...]:
    """Columns of the file, those that are sent first, and all fields."""
    sent = list(layout.shown_positions)
    order = [*sent, *(at for at in range(len(layout.columns)) if at not in sent)]
    keys = [(str(at), layout.columns[at]) for at in order]
    keys += [(f"f.{field.name}", field.name or WHOLE_ANSWER) for field in both.fields]
    first = {str(at) for at in order[:1]} | {f"f.{field.name}" for field in both.fields}
    shown = address.shown & {key for key, _ in keys} or first
    return tuple(Column(key, name, key in shown) for key, name in keys)


def _filters(address: ComparisonAddress) -> tuple[Choice, ...]:
    """What else than the legend's is set, with the address without it."""
    wanted, found = address.wanted, []
    if wanted.failed_in:
        found.append(Choice(_kind_chosen(address), "", address.query(failed="")))
    if wanted.field:
        what = "differs"
        if wanted.pair:
            what = f"{short(wanted.pair[0])} → {short(wanted.pair[1])}"
        elif wanted.change:
            what = change_in_words(wanted.change, address.moves.get(wanted.field)).lower()
        query = address.query(field="", change="", **{"from": "", "to": ""})
        found.append(Choice(f"{wanted.field}: {what}", "", query))
    if wanted.search:
        found.append(Choice(f"“{wanted.search}”", "", address.query(search="")))
    return tuple(found)
