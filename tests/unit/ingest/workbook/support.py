"""Workbooks, made by hand: the parts that Excel writes, with what a test wants in them."""

import io
import zipfile
from collections.abc import Mapping
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


def relationships(*targets: tuple[str, str]) -> str:
    """Kind and target of each; their ids are r1, r2 …"""
    each = (
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(each)}</Relationships>'


def parts(
    *sheets: str,
    strings: str | None = None,
    formats: Mapping[int, str] | None = None,
    styles: list[int] | None = None,
    states: Mapping[int, str] | None = None,
    book: str = "",
) -> dict[str, str | bytes]:
    """The parts of a workbook. `sheets` are the contents of `worksheet`, `styles` the numbers of formats."""
    names = "".join(
        f'<sheet name="Sheet{number}" sheetId="{number}" state={quoteattr((states or {}).get(number, "visible"))}'
        f' r:id="r{number}"/>'
        for number in range(1, len(sheets) + 1)
    )
    related = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    made: dict[str, str | bytes] = {
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{book}<sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            *related, ("sharedStrings", "strings.xml"), ("styles", "styles.xml")
        ),
    }
    for number, sheet in enumerate(sheets, start=1):
        made[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>'
    codes = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>' for number, code in (formats or {}).items()
    )
    xfs = "".join(f'<xf numFmtId="{number}"/>' for number in styles or [0])
    made["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        f"<cellXfs>{xfs}</cellXfs></styleSheet>"
    )
    made["xl/strings.xml"] = f'<sst xmlns="{MAIN}">{strings or ""}</sst>'
    return made


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def row(*texts: str, number: int | None = None) -> str:
    place = "" if number is None else f' r="{number}"'
    return f"<row{place}>{''.join(map(text_cell, texts))}</row>"


def data(*rows: str) -> str:
    return f"<sheetData>{''.join(rows)}</sheetData>"


def xlsx(*sheets: str, **more: object) -> bytes:
    return archive(parts(*sheets, **more))  # type: ignore[arg-type]


_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for name, long in {"office": "office", "table": "table", "text": "text", "draw": "drawing"}.items()
)


def ods_of_sheets(sheets: Mapping[str, str]) -> bytes:
    """`sheets`: the rows of each by its name."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}><table:table-column/>{rows}</table:table>"
        for name, rows in sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = f"<office:document-content {_NAMES}>{body}</office:document-content>"
    return archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def ods(rows: list[list[str]]) -> bytes:
    """One sheet of texts."""
    each = (f"<table:table-cell><text:p>{escape(text)}</text:p></table:table-cell>" for row in rows for text in row)
    lines = (f"<table:table-row>{''.join(islice(each, len(row)))}</table:table-row>" for row in rows)
    return ods_of_sheets({"Sheet1": "".join(lines)})
