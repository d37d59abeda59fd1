"""A CSV has the delimiter of the file it came from, or the one that is asked for."""

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.integration.api.support import Draft
from tests.support.api import Api


@pytest.fixture
def draft(api: Api) -> Draft:
    draft = Draft(api, api.draft(api.network(None)))
    api.upload(draft.id, b"id;text\n1;=1+1\n2;a,b\n")
    return draft


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        ({}, b'id;text\n1;=1+1\n2;"a,b"\n'),
        ({"delimiter": ","}, b'id,text\n1,=1+1\n2,"a,b"\n'),
        ({"delimiter": "tab"}, b'id\ttext\n1\t=1+1\n2\t"a,b"\n'),
        ({"delimiter": "§"}, 'id§text\n1§=1+1\n2§"a,b"\n'.encode()),
        ({"excel": 1}, '\ufeff"id","text"\n"1","\'=1+1"\n"2","a,b"\n'.encode()),
        ({"excel": 1, "delimiter": ";"}, '\ufeff"id";"text"\n"1";"\'=1+1"\n"2";"a,b"\n'.encode()),
    ],
)
def test_the_file_is_divided_by_it(draft: Draft, asked: dict[str, str], file: bytes) -> None:
    assert draft.api.export(draft.id, partial=1, metadata=0, **asked) == file


@pytest.mark.parametrize("sign", ["ab", '"', "\n"])
def test_what_cannot_divide_cells_is_refused(draft: Draft, sign: str) -> None:
    answer = draft.api.get(f"/csv_batches/{draft.id}/export", 400, partial=1, delimiter=sign)
    assert answer["errors"][0]["attr"] == "delimiter"


def test_the_command_takes_it_too(draft: Draft, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    call_command("export_csv_batch", draft.id, output=output, partial=True, no_metadata=True, delimiter="|")
    assert output.read_bytes() == b'id|text\n1|=1+1\n2|"a,b"\n'
