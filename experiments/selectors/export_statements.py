"""The statements by which PostgreSQL writes the lines of an export: `COPY (SELECT …) TO STDOUT`, a row a line.

`jsonb` and Python write most values alike. A row with one that they may write differently (a number near zero, a whole
number with a point, a list, an object) comes as JSON behind a mark: `left_to_python` says which and how.
"""

import re
from collections.abc import Callable, Sequence

from psycopg import sql

from experiments.core.choices import ExportFormat, ExportPart, Nested, RowStatus
from experiments.core.item_fields import EXPORTED_FIELDS, EXPORTED_LAST
from experiments.export.columns import ExportColumn, columns_of
from experiments.export.csv_lines import FORMULA_STARTS, NUMBER
from experiments.export.rows import ExportLayout, compact_json

OF_THE_RUN = (*EXPORTED_FIELDS, *EXPORTED_LAST)
COLUMNS = ("payload", "result_payload", "corrected_payload", *OF_THE_RUN)
"""What is read of an item."""
MOST_COLUMNS = 1600
"""Of a line: PostgreSQL takes 1664 in one list."""
MOST_ARGUMENTS = 90
"""Of one call of `concat`: a function takes 100."""
MAY_BE_EMPTY = ("run_trace_id", "error_code", "error_message")
"""Texts: an empty one is none."""
FORMULA_START, PLAIN_NUMBER = f"^[{re.escape(FORMULA_STARTS)}]", f"^({NUMBER.pattern})$"
"""Regular expressions of PostgreSQL: what `csv_lines.guarded` guards."""
NEAR_ZERO, VERY_NEAR_ZERO = "0.0000", "0.000000"
"""How numbers begin that Python writes as powers of ten: floats, and decimals."""

Part = sql.Composable
COMMA, OR = sql.SQL(", "), sql.SQL(" OR ")


def can_be_said(layout: ExportLayout, wanted: ExportFormat) -> bool:
    """Not with columns that a kind makes in Python, nor with very many or none; nor with a delimiter of two bytes."""
    least = 1 if wanted == ExportFormat.CSV else 0
    is_plain = layout.null is None and layout.join is None and layout.nested == Nested.JSON
    is_sayable = is_plain and not layout.extras and layout.delimiter.isascii()
    return wanted in STATEMENTS and is_sayable and least <= layout.width <= MOST_COLUMNS


def csv_statement(layout: ExportLayout, found: Part, mark: str) -> Part:
    """`found` gives `COLUMNS` of each item, in the order of the file. Lines end with LF."""
    columns = columns_of(layout)
    answers, cells = _of_part(columns, ExportPart.ANSWER), _of_part(columns, ExportPart.CELL)
    values = [
        *(sql.SQL("answer ->> {}").format(sql.Literal(column.path[0])) for column in answers),
        *(sql.SQL("cells ->> {}").format(sql.Literal(column.place)) for column in cells),
    ]
    numbers = {id(column): number for number, column in enumerate([*answers, *cells])}
    texts = [
        _csv_run(column.place, layout)
        if column.part == ExportPart.RUN
        else _csv_text(_value(numbers[id(column)]), layout)
        for column in columns
    ]
    texts[0] = _unless_odd(texts[0], mark)
    rows = _rows(found, values, _any_may_differ(layout, answers))
    return sql.SQL("COPY (SELECT {} FROM ({}) AS line) TO STDOUT (FORMAT csv, DELIMITER {}{})").format(
        COMMA.join(texts),
        rows,
        sql.Literal(layout.delimiter),
        sql.SQL(", FORCE_QUOTE *" if layout.all_in_quotes else ""),
    )


def jsonl_statement(layout: ExportLayout, found: Part, mark: str) -> Part:
    columns = columns_of(layout)
    answers, run = _of_part(columns, ExportPart.ANSWER), _of_part(columns, ExportPart.RUN)
    values = [
        sql.SQL("coalesce((answer -> {})::text, 'null')").format(sql.Literal(column.path[0])) for column in answers
    ]
    cells = _members(
        [
            (column.name, sql.SQL("cells -> {}").format(sql.Literal(column.place)))
            for column in _of_part(columns, ExportPart.CELL)
        ]
    )
    response = _members([(column.path[0], _value(number)) for number, column in enumerate(answers)])
    is_answered = sql.SQL("jsonb_typeof(answer) = 'object'")
    parts = [
        *_texts('{"row":', cells, ',"response":'),
        sql.SQL("CASE WHEN {} THEN {} ELSE 'null' END").format(is_answered, _joined(response)),
    ]
    is_odd = _any_may_differ(layout, answers)
    if layout.run_columns:
        parts += _texts(',"run":', _members([(column.place, _json_run(column.place)) for column in run]))
        is_odd = OR.join([is_odd, sql.SQL("strpos(cost::text, {}) = 1").format(sql.Literal(VERY_NEAR_ZERO))])
    line = _unless_odd(_joined([*parts, sql.Literal("}")]), mark)
    # JSON has neither of these characters in itself, so that nothing is quoted or escaped.
    return sql.SQL(
        r"COPY (SELECT {} FROM ({}) AS line) TO STDOUT (FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01')"
    ).format(line, _rows(found, values, is_odd))


def _of_part(columns: Sequence[ExportColumn], part: ExportPart) -> list[ExportColumn]:
    return [column for column in columns if column.part == part]


STATEMENTS: dict[ExportFormat, Callable[[ExportLayout, Part, str], Part]] = {
    ExportFormat.CSV: csv_statement,
    ExportFormat.JSONL: jsonl_statement,
}


def _rows(found: Part, values: Sequence[Part], is_odd: Part) -> Part:
    """Of each item `cells`, `answer`, whether it is `corrected`, and `OF_THE_RUN`; then `values`, as v0, v1 …, made of
    these; then whether it is `odd`, which is said of the values.

    Each level is made once a row (OFFSET 0), and a large value unpacked once: that is what #> '{}' does.
    """
    run = (
        sql.SQL("NULLIF({0}, '') AS {0}" if name in MAY_BE_EMPTY else "{0}").format(sql.Identifier(name))
        for name in OF_THE_RUN
        if name != "cost"
    )
    named = (sql.SQL("{} AS {}").format(value, _value(number)) for number, value in enumerate(values))
    return sql.SQL(
        """
        SELECT *, coalesce({is_odd}, false) AS odd FROM (
            SELECT {values} FROM (
                SELECT cells #> '{{}}' AS cells, is_corrected AS corrected, trim_scale(cost) AS cost, {run},
                    CASE WHEN is_corrected THEN corrected WHEN status = {succeeded} THEN result END #> '{{}}' AS answer
                FROM (
                    SELECT *, coalesce(jsonb_typeof(corrected) <> 'null', false) AS is_corrected
                    FROM ({found}) AS item ({columns})
                ) AS judged
                OFFSET 0
            ) AS read
            OFFSET 0
        ) AS written
        OFFSET 0
        """
    ).format(
        is_odd=is_odd,
        values=COMMA.join([sql.SQL("*"), *named]),
        run=COMMA.join(run),
        succeeded=sql.Literal(RowStatus.SUCCEEDED.value),
        found=found,
        columns=COMMA.join(map(sql.Identifier, ("cells", "result", "corrected", *OF_THE_RUN))),
    )


def _value(number: int) -> Part:
    return sql.Identifier(f"v{number}")


def _any_may_differ(layout: ExportLayout, answers: Sequence[ExportColumn]) -> Part:
    """Whether Python may write a value of the answer in another way. It is said of too many rather than of too few."""
    conditions: list[Part] = [sql.SQL("false")]
    for number, column in enumerate(answers):
        sign = sql.Literal("." if column.path[0] in layout.whole else NEAR_ZERO)
        value = _value(number)
        conditions.append(sql.SQL("left({0}, 1) IN ('[', '{{') OR strpos({0}, {1}) > 0").format(value, sign))
    return OR.join(conditions)


def _unless_odd(text: Part, mark: str) -> Part:
    """The text; of an odd row the mark, and as JSON the cells, the answer, whether a person gave it, `OF_THE_RUN`."""
    run = (sql.SQL("cost::text") if name == "cost" else sql.Identifier(name) for name in OF_THE_RUN)
    return sql.SQL("CASE WHEN odd THEN {} || json_build_array(cells, answer, corrected, {})::text ELSE {} END").format(
        sql.Literal(mark), COMMA.join(run), text
    )


# -- CSV


def _csv_text(text: Part, layout: ExportLayout) -> Part:
    """Null where it is empty and has no quotes."""
    if layout.excel:
        return sql.SQL("CASE WHEN {0} ~ {1} AND {0} !~ {2} THEN '''' || {0} ELSE coalesce({0}, '') END").format(
            text, sql.Literal(FORMULA_START), sql.Literal(PLAIN_NUMBER)
        )
    return sql.SQL("coalesce({}, '')" if layout.all_in_quotes else "NULLIF({}, '')").format(text)


def _csv_run(name: str, layout: ExportLayout) -> Part:
    value = sql.Identifier(name)
    if name in MAY_BE_EMPTY:
        return _csv_text(value, layout)
    return sql.SQL("coalesce({}::text, '')" if layout.all_in_quotes else "{}::text").format(value)


# -- JSON Lines


def _json_run(name: str) -> Part:
    value = sql.Identifier(name)
    is_text = name in (*MAY_BE_EMPTY, "status")
    return sql.SQL("coalesce(to_json({})::text, 'null')" if is_text else "coalesce({}::text, 'null')").format(value)


def _members(values: Sequence[tuple[str, Part]]) -> list[Part]:
    """The parts of an object as JSON."""
    parts: list[Part] = []
    for number, (name, value) in enumerate(values):
        parts += [sql.Literal(f"{',' if number else '{'}{compact_json(name)}:"), value]
    return [*parts, sql.Literal("}" if values else "{}")]


def _texts(*parts: str | list[Part]) -> list[Part]:
    made: list[Part] = []
    for part in parts:
        made += [sql.Literal(part)] if isinstance(part, str) else part
    return made


def _joined(parts: Sequence[Part]) -> Part:
    """One text of them all; null is nothing."""
    while len(parts) > MOST_ARGUMENTS:
        groups = range(0, len(parts), MOST_ARGUMENTS)
        parts = [_joined(parts[start : start + MOST_ARGUMENTS]) for start in groups]
    return sql.SQL("concat({})").format(COMMA.join(parts))
