"""Numbers are read as their formats show them."""

import pytest

from experiments.ingest.workbook.number_formats import formatter, general, text_format


@pytest.mark.parametrize(
    ("code", "raw", "shown"),
    [
        ("0", "41.5", "42"),
        ("0.00", "0.125", "0.13"),
        ("0.00", "1.005", "1.01"),
        ("#,##0", "1234567.5", "1,234,568"),
        ("#,##0.00", "-1234.5", "-1,234.50"),
        ("00000", "42", "00042"),
        ("00000", "123456", "123456"),
        ("0%", "0.125", "13%"),
        ("0.0%", "0.1234", "12.3%"),
        ("0.00E+00", "12345", "1.23E+04"),
        ("##0.0E+0", "999999", "1.0E+6"),
        ("[$€-407] #,##0.00", "1234.5", "€ 1,234.50"),
        ("_-* #,##0.00 €_-;-* #,##0.00 €_-", "-9", "-9.00 €"),
        ('"$"#,##0_);("$"#,##0)', "-12", "($12)"),
        ("[Red]-0.0;0", "1", "-1.0"),
        ("(000) 000-0000", "5551234567", "(555) 123-4567"),
        ("000-00-0000", "123456789", "123-45-6789"),
        ('0.0,"k"', "12345", "12.3k"),
        ("0.##", "1.256", "1.26"),
        ("#.00", "0.5", ".50"),
        ('General" units"', "5", "5 units"),
        ("0;-0;", "0", ""),
        ("0;-0;none", "0", "none"),
        ("@", "12345678901234567", "12345678901234567"),
    ],
)
def test_common_formats_are_followed(code: str, raw: str, shown: str) -> None:
    assert formatter(164, code, is_1904=False)(raw) == shown


@pytest.mark.parametrize("code", ["# ?/?", "[>100]0;0.0", ";;;", "General", "0.0.0"])
def test_others_are_written_in_the_general_form(code: str) -> None:
    assert formatter(164, code, is_1904=False)("0.5") == "0.5"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("0.30000000000000004", "0.3"),
        ("12345678901234567890", "12345678901234567890"),
        ("1E+20", "100000000000000000000"),
        ("1.5E+25", "1.5E+25"),
        ("1e-7", "0.0000001"),
        ("2.0", "2"),
        ("1e999999999999", "1e999999999999"),
        ("no number", "no number"),
    ],
)
def test_the_general_form_is_the_whole_number(raw: str, shown: str) -> None:
    assert general(raw) == shown


@pytest.mark.parametrize(("number", "shown"), [(0, "0.256"), (2, "0.26"), (9, "26%"), (4, "0.26"), (999, "0.256")])
def test_a_format_without_a_code_is_known_by_its_number(number: int, shown: str) -> None:
    assert formatter(number, None, is_1904=False)("0.256") == shown


@pytest.mark.parametrize("raw", ["1e300", "123456789012345678901234567890.5", "nan", "inf", "", "1e-300"])
@pytest.mark.parametrize("code", ["0.00", "#,##0", "0.00E+00", "dd.mm.yyyy", "[h]:mm", "0." + "0" * 30])
def test_no_number_is_too_odd(code: str, raw: str) -> None:
    assert isinstance(formatter(164, code, is_1904=False)(raw), str)


def test_a_text_keeps_what_its_format_adds() -> None:
    assert text_format('"ID-"@') == "ID-\0"
    assert text_format("@") is None
    assert text_format("0.00") is None
