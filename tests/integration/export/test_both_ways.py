"""PostgreSQL writes the lines of an export to the byte as Python does, whatever stands in cells, answers and errors."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.core.choices import ExportFormat
from experiments.core.json_text import BadNumber, parse
from experiments.export.columns import columns_of
from experiments.export.formats import EXPORT_FORMATS
from experiments.export.rows import ExportLayout
from experiments.kinds import Extras
from experiments.selectors.export_lines import written_by_database
from experiments.selectors.export_statements import STATEMENTS, can_be_said
from experiments.services.exports import rows_of
from tests.integration.api.support import Draft
from tests.support.api import Api

FIELDS = ("text", "number", "whole", "f\"'%s{}\\")
TEXTS = [
    *("", " ", "a", " a ", '"', '""', ",", "\n", "\r", "\r\n", "\t", "\\", "\\.", "\\n", "'", "%", "%s", "{}", "$1"),
    *("a,b", 'say "hi"', "a\nb", "a\rb", "null", "NULL", "true", "0.0000", "-0.00001", "[", "{", "[1, 2]", '{"a": 1}'),
    *("=1+1", "+1", "-1", "-1e5", "-1,5", "-.5", "@x", "\t=1", "\r=1", "=", "--1", "-1e"),
    *("-5\n", "-١", "+49 170", "-1.e5"),
    *("é", "🙂", "\u2028", "\u0085", "\x0b", "\x7f", "\x01", "\x02", "\x1f", "\ufeff", "\ufffd", "ﷺ", "e\u0301"),
    *(
        "x" * 5000,
        "é," * 3000,
        "\x08\x0c",
        "a;b",
        "a|b,c",
        "# a",
        "^",
        "~",
        '#"',
        "-1,234.5",
        "-12 %",
        "\uff1d1",
        "\n=",
    ),
]
LITERALS = [
    *("0", "-0", "1", "-12", "0.0", "-0.0", "1.0", "1.50", "0.1", "1e5", "1E-5"),
    *("1e300", "1e-300", "0.0001", "0.00012"),
    *("0.00001", "0.00010", "0.000010", "1e-6", "1.5e-7", "0.00000000", "10.00001", "274.0", "274.50", "1e16", "1e22"),
    *("12345678901234567890", "12345678901234567.5", "1234567890123456.5", "9007199254740993", "123456789.123456789"),
    *("0.1000000000000000055511151231257827", "1.7976931348623157e308", "5e-324", "100000000000000000000.5", "-2.5e-9"),
    "9" * 300 + ".5",
]
CHARACTERS = st.one_of(
    st.sampled_from("\",;'\\%{}[]().0123456789=+-@\t\r\n\x01\x02\x0b\x1f\x7f \ufeff\u2028é🙂"),
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)
ANY_TEXT = st.one_of(st.sampled_from(TEXTS), st.text(CHARACTERS, max_size=8))


NUMBER = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"
ASCII = st.characters(codec="ascii")
LITERAL = st.one_of(st.sampled_from(LITERALS), st.from_regex(NUMBER, fullmatch=True, alphabet=ASCII))
NUMBERS = st.one_of(LITERAL.map(parse).filter(lambda value: not isinstance(value, BadNumber)), st.integers())
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=6,
)
ANSWERS = st.one_of(st.none(), st.dictionaries(st.sampled_from((*FIELDS, "more")), VALUES, max_size=5))
COST = ["0", "0.000000000001", "0.000001", "0.00000099", "0.0000042", "12.5", "999999999999.999999999999"]
COSTS = st.one_of(st.none(), st.sampled_from(COST).map(Decimal))


def rows(width: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries(
        {
            "payload": st.lists(ANY_TEXT, min_size=width, max_size=width),
            "status": st.sampled_from(["queued", "running", "succeeded", "succeeded", "failed"]),
            "result_payload": ANSWERS,
            "corrected_payload": st.one_of(st.none(), ANSWERS),
            "run_trace_id": st.one_of(st.none(), ANY_TEXT),
            "error_code": st.sampled_from(["", "timeout"]),
            "error_message": ANY_TEXT,
            "elapsed_ms": st.one_of(st.none(), st.integers(0, 2**31 - 1)),
            "attempts": st.integers(0, 9),
            "input_tokens": st.one_of(st.none(), st.integers(0, 2**62)),
            "cost": COSTS,
            "version": st.one_of(st.none(), st.integers(1, 9)),
        }
    )
    return st.lists(row, min_size=1, max_size=4)


LAYOUTS = st.builds(
    lambda headers, fields, whole, **options: ExportLayout(
        headers=headers, names=[f"{name}#{place}" for place, name in enumerate(headers)], fields=fields,
        whole=frozenset(whole), **options,
    ),
    headers=st.lists(ANY_TEXT, min_size=1, max_size=4),
    fields=st.permutations(FIELDS).flatmap(lambda names: st.integers(0, 4).map(lambda count: names[:count])),
    whole=st.sampled_from([(), ("whole",)]),
    run_columns=st.booleans(),
    excel=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from([",", ";", "\t", "|", "^", "1", "e", "\\", " "]),
)  # fmt: skip


def some_of(layout: ExportLayout, first: int | None) -> ExportLayout:
    """With its columns from that one on, in the other direction; None: all of them."""
    names = [column.name for column in columns_of(layout)]
    return layout if first is None else replace(layout, shown=names[first % len(names) :][::-1])


@pytest.fixture
def batch(api: Api) -> CsvBatch:
    return CsvBatch.objects.get(pk=Draft(api, api.draft(api.network(None))).id)


def stored(batch: CsvBatch, values: Sequence[dict[str, Any]]) -> Any:
    CsvBatchRow.objects.filter(queue_id=batch.pk).delete()
    CsvBatchRow.objects.bulk_create(
        CsvBatchRow(queue_id=batch.pk, kind=batch.kind, row_index=index, **row) for index, row in enumerate(values)
    )
    return CsvBatchRow.objects.filter(queue_id=batch.pk).order_by("row_index")


def assert_both_ways_alike(layout: ExportLayout, items: Any) -> None:
    for wanted in STATEMENTS:
        assert can_be_said(layout, wanted)
        by_python = b"".join(EXPORT_FORMATS[wanted].chunks(layout, rows_of(items, Extras())))
        assert b"".join(written_by_database(layout, wanted, items)) == by_python


def test_any_table(batch: CsvBatch) -> None:
    @settings(max_examples=150)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        layout = some_of(data.draw(LAYOUTS), data.draw(st.one_of(st.none(), st.integers(0, 20))))
        assert_both_ways_alike(layout, stored(batch, data.draw(rows(len(layout.headers)))))

    check()


@pytest.mark.parametrize("excel", [False, True])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_awkward_text_and_number(batch: CsvBatch, excel: bool, line_end: str) -> None:
    """One a row, in a cell, in each field, in an error and in a list."""
    layout = ExportLayout(["a", "b"], ["a", "b"], FIELDS, excel=excel, line_end=line_end, whole=frozenset({"whole"}))
    values = [*TEXTS, *map(parse, LITERALS), True, False, None, [], {}, [1.0, {"a": "0.00001"}]]
    table = [
        {
            "payload": [value if isinstance(value, str) else "x", "y"],
            "status": "succeeded",
            "result_payload": dict.fromkeys(FIELDS, nested),
            "error_message": value if isinstance(value, str) else "",
        }
        for value in values
        for nested in (value, [value], {"é": value})
    ]
    assert_both_ways_alike(layout, stored(batch, table))


def test_a_null_of_json_is_no_answer(batch: CsvBatch) -> None:
    items = stored(batch, [{"payload": ["1", "2"], "status": "succeeded", "result_payload": {"text": "a"}}] * 2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE experiments_queueitem SET corrected_payload = 'null' WHERE row_index = 0")
        cursor.execute("UPDATE experiments_queueitem SET result_payload = 'null' WHERE row_index = 1")
    assert_both_ways_alike(ExportLayout(["a", "b"], ["a", "b"], ["text"]), items)


@pytest.mark.parametrize(
    ("layout", "wanted", "is_said"),
    [
        (ExportLayout(["a"], ["a"], [], run_columns=False), ExportFormat.CSV, True),
        (ExportLayout([], [], [], run_columns=False), ExportFormat.CSV, False),
        (ExportLayout(["a"], ["a"], [], delimiter="§"), ExportFormat.CSV, False),
        (ExportLayout(["a"], ["a"], [], run_columns=False), ExportFormat.JSONL, True),
        (ExportLayout(["a", "b"], ["a", "b"], [], run_columns=False), ExportFormat.CSV, True),
        (ExportLayout(["a"], ["a"], [], extras=["verdict"]), ExportFormat.CSV, False),
        (ExportLayout(["a"] * 1601, ["a"] * 1601, []), ExportFormat.CSV, False),
    ],
)
def test_what_sql_cannot_say_is_left_to_python(layout: ExportLayout, wanted: ExportFormat, is_said: bool) -> None:
    assert can_be_said(layout, wanted) is is_said
