"""A file that is refused comes with what reads it; each offer is read as a person would, by taking its options."""

from dataclasses import dataclass
from typing import Any

import pytest

from experiments.ingest import Table
from tests.unit.ingest.conftest import Ingest, Refusal

BANK = (
    '"Account";"XX00 1234"\n\n"Balance on 5 March:";"1.234,50 EUR"\n""\n'
    '"Date";"Status";"Payee";"Text";"Amount"\n"01.03.24";"booked";"Landlord";"Rent";"-500,00"\n'
    '"02.03.24";"booked";"Employer";"Salary";"2.000,00"\n'
)
SURVEY = (
    "Start,Q1,Q2\nStart date,How was it?,Why?\n"
    '"{""ImportId"":""a""}","{""ImportId"":""b""}","{""ImportId"":""c""}"\n2024-03-05,Good,Fast\n'
)


@dataclass(frozen=True)
class Case:
    """`rows`: how many are read with the offer."""

    content: str
    code: str
    offer: dict[str, Any]
    columns: list[str]
    rows: int


CASES = {
    "a bank's lines above the header": Case(
        BANK, "ragged_row", {"header": 5}, ["Date", "Status", "Payee", "Text", "Amount"], 2
    ),
    "a title": Case(
        "Export of March\nid,subject,score\n1,Refund,5\n2,Invoice,4\n",
        "ragged_row",
        {"header": 2},
        ["id", "subject", "score"],
        2,
    ),
    "a title of a spreadsheet": Case(
        "Report of March,,\nid,subject,score\n1,Refund,5\n2,Invoice,4\n",
        "uncertain_header",
        {"header": 2},
        ["id", "subject", "score"],
        2,
    ),
    "a title that holds the delimiter": Case(
        "Report, March\nid,subject\n1,Refund\n2,Invoice\n3,Hello\n",
        "uncertain_header",
        {"header": 2},
        ["id", "subject"],
        3,
    ),
    "comments above": Case(
        "# made by reporter\n# do not edit\nid;subject\n1;Refund\n2;Invoice\n",
        "uncertain_header",
        {"header": 3},
        ["id", "subject"],
        2,
    ),
    "comments above, by their sign": Case(
        "# made by reporter\n# do not edit\nid;subject\n1;Refund\n2;Invoice\n",
        "uncertain_header",
        {"comment": "#"},
        ["id", "subject"],
        2,
    ),
    "comments all over": Case(
        "# a\n# b\nid;subject\n# c\n1;Refund\n2;Invoice\n# end",
        "uncertain_header",
        {"comment": "#"},
        ["id", "subject"],
        2,
    ),
    "comments of another sign": Case(
        "% a\n% b\nid;subject\n% c\n1;Refund\n2;Invoice\n% end",
        "uncertain_header",
        {"comment": "%"},
        ["id", "subject"],
        2,
    ),
    "a comment between rows": Case("a,b\n1,2\n# note\n3,4\n", "ragged_row", {"comment": "#"}, ["a", "b"], 2),
    "quotes escaped by backslash": Case(
        'id,subject,body\n1,"He said \\"now, please\\" twice",x\n2,"Invoice",y\n',
        "text_after_quote",
        {"escape": "\\"},
        ["id", "subject", "body"],
        2,
    ),
    "quotes behind blanks": Case(
        'id, subject, body\n1, "Refund, please", now\n2, "Invoice", later\n',
        "ragged_row",
        {"trim": True},
        ["id", "subject", "body"],
        2,
    ),
    "quotes as text": Case(
        'id\ttitle\tyear\n1\t"Twelve" angry mails\t2019\n2\tplain\t2020\n'
        '3\t"open and never closed\t2021\n4\tlast\t2022\n',
        "text_after_quote",
        {"quote": "none"},
        ["id", "title", "year"],
        4,
    ),
    "single quotes": Case("a,b\n1,'x, y'\n2,'z'\n", "uncertain_quote", {"quote": "'"}, ["a", "b"], 2),
    "row names": Case(
        "subject,score,note\nr1,Refund,5,a\nr2,Invoice,4,b\nr3,Hello,3,c\n",
        "ragged_row",
        {"row_names": True},
        ["", "subject", "score", "note"],
        3,
    ),
    "one long row": Case(
        "id,subject,body\n1,Refund,please\n2,Invoice,for March, the second one\n3,Hello,thanks\n",
        "ragged_row",
        {"ragged": "skip"},
        ["id", "subject", "body"],
        2,
    ),
    "one short row of many": Case("a,b\n1,2\n3\n5,6\n", "ragged_row", {"ragged": "pad"}, ["a", "b"], 3),
    "a number, and no text behind it": Case(
        "id,score,note\n1,5,ok\n2,14\n3,5,fine\n", "ragged_row", {"ragged": "pad"}, ["id", "score", "note"], 3
    ),
    "a value that its column often has": Case(
        "name,state,note\nBob,open,x\nAl,open,y\nCy,open\n",
        "ragged_row",
        {"ragged": "pad"},
        ["name", "state", "note"],
        3,
    ),
    "a delimiter too many in one row": Case(
        "date,name,price,note\n2024-03-01,Boots,5,\n2024-03-02,,Jacket,7,\n2024-03-03,Hat,3,\n",
        "ragged_row",
        {"ragged": "skip"},
        ["date", "name", "price", "note"],
        2,
    ),
    "one column of sentences": Case(
        "question\nWhere is my parcel?\nHello, can you help?\nThanks, bye, see you\n",
        "ragged_row",
        {"delimiter": "none"},
        ["question"],
        3,
    ),
    "no header": Case(
        "2024-03-01,5.3,ok\n2024-03-02,6.1,ok\n2024-03-03,2.2,bad\n",
        "uncertain_header",
        {"header": 0},
        ["column 1", "column 2", "column 3"],
        3,
    ),
    "a header alone that is a row": Case("2024-03-01,5.3\n", "no_rows", {"header": 0}, ["column 1", "column 2"], 1),
    "a header of three rows": Case(
        SURVEY,
        "uncertain_header",
        {"header": 1, "header_rows": 3},
        ['Start Start date {"ImportId":"a"}', 'Q1 How was it? {"ImportId":"b"}', 'Q2 Why? {"ImportId":"c"}'],
        1,
    ),
    "a row of units": Case(
        "name,weight\n,kg\na,5\nb,6\nc,7\n",
        "uncertain_header",
        {"header": 1, "header_rows": 2},
        ["name", "weight kg"],
        3,
    ),
    "tildes": Case("id~note\n1~a, b\n2~c\n", "uncertain_delimiter", {"delimiter": "~"}, ["id", "note"], 2),
    "carets among commas": Case("id^note\n1^a, b\n2^c\n", "uncertain_delimiter", {"delimiter": "^"}, ["id", "note"], 2),
    "control characters": Case(
        "id\x01note\n1\x01a\n2\x01b\n", "uncertain_delimiter", {"delimiter": "\x01"}, ["id", "note"], 2
    ),
    "blanks": Case(
        "id name score\n1 Bob 5\n2 Al 4\n", "uncertain_delimiter", {"delimiter": " "}, ["id", "name", "score"], 2
    ),
    "a title above comments": Case(
        "Export\nid,subject\n1,Refund\n# note\n2,Hello\n",
        "ragged_row",
        {"comment": "#", "header": 2},
        ["id", "subject"],
        2,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_reads_the_file_is_offered_with_the_refusal(ingest: Ingest, refusal: Refusal, case: Case) -> None:
    refused = refusal(case.content)
    assert refused.code == case.code
    offered = [dict(offer.options) for offer in refused.offers]
    assert case.offer in offered
    table, rows = ingest(case.content, **case.offer)
    assert ([column.header for column in table.columns], len(rows)) == (case.columns, case.rows)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_offer_reads_the_file_and_says_how(ingest: Ingest, refusal: Refusal, case: Case) -> None:
    for offer in refusal(case.content).offers:
        _, rows = ingest(case.content, **offer.options)
        assert rows
        assert offer.label[0].isupper()
        assert not offer.label.endswith(".")


NOT_OFFERED = {
    "filling rows below a title": ("Export of March\nid,subject\n1,Refund\n2,Invoice\n", "ragged", "pad"),
    "filling where a delimiter between texts may be missing": ("a,b,c\nx,y,z\nu,vw\nr,s,t\n", "ragged", "pad"),
    "filling where a unit is in the cell of its number": ("a,b,c\nx,5,€\ny,6€\nz,7,€\n", "ragged", "pad"),
    "filling where two numbers may be one": ("a,b\n11,12\n1314\n15,16\n", "ragged", "pad"),
    "filling where a later row is doubtful": ("a,b\n1,x\n2\n3,y\n4z\n5,v\n6,w\n7,u\n", "ragged", "pad"),
    "leaving out most rows": ("a,b\n1,2\n3\n4\n5\n6\n", "ragged", "skip"),
    "row names where the cells hold the delimiter": ("id, name\n1, Doe, Jo\n2, Roe, Al\n", "row_names", True),
    "one column where rows are broken": ("a,b\n1,2\n3,4,5\n", "delimiter", "none"),
    "quotes as text where they are quotes": ('a,b\n"1, 5",2\n"3"x,4\n"5","6"\n"7","8"\n', "quote", "none"),
}


@pytest.mark.parametrize(("content", "name", "value"), NOT_OFFERED.values(), ids=NOT_OFFERED.keys())
def test_what_reads_it_wrongly_is_not_offered(refusal: Refusal, content: str, name: str, value: Any) -> None:
    assert all(offer.options.get(name) != value for offer in refusal(content).offers)


def test_what_can_be_chosen_takes_the_place_of_other_advice(refusal: Refusal) -> None:
    assert refusal(BANK).detail == "Line 4 has 1 cell, the header has 2. You can choose: the header is in line 5."
    nothing = refusal('a,b\n1,2\nx\n"open,2\n')
    assert (nothing.offers, nothing.detail) == ((), "Line 3 has 1 cell, the header has 2. Complete the row.")


def test_what_was_said_is_never_asked_again(ingest: Ingest) -> None:
    assert len(ingest("2024-03-01,5\n2024-03-02,6\n", header=1)[1]) == 1
    assert len(ingest("id~note\n1~a\n", delimiter="none")[1]) == 1


PLAIN = {
    "words": "name,city\nBob,Rome\nAl,Paris\n",
    "one column of words": "fruit\napple\npear\nplum\n",
    "one row": "name,city\nBob,Rome\n",
    "years": "country,2019,2020\nDE,5.1,6.2\nFR,7.3,8.4\n",
    "years alone": "2019,2020,2021\n5.1,6.2,7.3\n",
    "a name that begins with a hash": "#,name\n1,Bob\n2,Al\n",
    "identifiers with a hash": "#chrom,pos\nchr1,5\nchr2,6\n",
    "hashtags": "tag\n#a\n#b\n",
    "an index without a name": ",name,age\n0,Bob,5\n1,Al,6\n",
    "numbers from nothing": "name,1,2,3\nBob,5,3,2\nAl,7,1,1\n",
    "a value that is not known": "name,score\nBob,unknown\nAl,5\nCy,6\nDi,7\n",
    "dates as names": "item,2024-01-01,2024-02-01\na,5,6\nb,7,8\n",
    "mails": "email\nbob@example.com\nal@example.com\n",
    "times": "start,end\n10:30,11:30\n11:00,12:00\n",
    "names of two words": "first name\nJohn Doe\nMary Poppins\n",
    "names with underscores": "user_id\nab_cd\nef_gh\n",
    "questions": "Question?\nWhy?\nHow?\n",
    "JSON in cells": 'id,data\n1,"{""a"": 1}"\n2,"{""a"": 2}"\n',
    "a rare sign in quotes that commas stand beside": '"k~",b\n"x~y","z"\n"u~v","w"\n',
    "empty columns": "a,b,c\n,,\n1,,\n,x,\n",
}


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN.keys())
def test_plain_files_are_read_without_ado(ingest: Ingest, content: str) -> None:
    table, rows = ingest(content)
    assert len(rows) == content.count("\n") - 1
    assert table.options["header"] == 1
    assert {str(warning.code) for warning in table.warnings} <= {"empty_header", "empty_row", "uncertain_header"}


def said(table: Table) -> set[str]:
    return {str(warning.code) for warning in table.warnings}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("Sold, March\nname,city\nBob,Rome\nAl,Paris\n", "uncertain_header"),
        ("Bob,yes\nAl,no\nCy,yes\n", "uncertain_header"),
        ("a;b,c\n1;2,3\n4;5,6\n", "uncertain_delimiter"),
        ("'a','b'\n'1','2'\n", "uncertain_quote"),
    ],
)
def test_what_may_be_otherwise_is_taken_and_listed(ingest: Ingest, content: str, code: str) -> None:
    assert code in said(ingest(content)[0])
