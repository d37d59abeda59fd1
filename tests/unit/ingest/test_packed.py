"""Packed files: gzip, Zstandard, and a ZIP archive of one file."""

import gzip
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from experiments.ingest import Limits, packed
from tests.unit.ingest.conftest import Ingest, Refusal, zipped

CSV = b"a,b\n1,x\n2,y\n"
ROWS = [["1", "x"], ["2", "y"]]
Pack = Callable[[bytes], bytes]
PACK: dict[str, Pack] = {".gz": gzip.compress, ".zst": zstandard.compress, ".zip": zipped}
KINDS = pytest.mark.parametrize(("suffix", "pack"), PACK.items(), ids=PACK.keys())


@KINDS
def test_a_packed_file_is_read_as_the_file_in_it(ingest: Ingest, suffix: str, pack: Pack) -> None:
    for name, content in (("x.csv", CSV), ("x.TSV", b"a\tb\n1\tx\n2\ty\n"), ("x", CSV)):
        assert ingest(pack(content), filename=name + suffix)[1] == ROWS
    lines = b'{"a":"1","b":"x"}\n{"a":"2","b":"y"}\n'
    if suffix != ".zip":
        assert ingest(pack(lines), filename=f"x.jsonl{suffix}")[1] == ROWS
        assert (
            ingest(pack(b"[" + lines.replace(b"\n", b",")[:-1] + b"]"), filename=f"x.json{suffix.upper()}")[1] == ROWS
        )


def test_the_format_in_a_zip_archive_goes_by_the_name_in_it(ingest: Ingest) -> None:
    lines = zipped(b'{"a":"1","b":"x"}\n{"a":"2","b":"y"}\n', names=["../../etc/x.jsonl"])
    assert ingest(lines, filename="orders.zip")[1] == ROWS
    assert ingest(zipped(CSV, names=["export"]), filename="orders.csv.zip")[1] == ROWS


@KINDS
def test_options_and_refusals_are_those_of_the_file_in_it(
    ingest: Ingest, refusal: Refusal, suffix: str, pack: Pack
) -> None:
    name = f"x.csv{suffix}"
    assert ingest(pack(CSV.replace(b",", b"q")), filename=name, delimiter="q")[1] == ROWS
    refused = refusal(pack("a,b\n1,x\n2,é\n".encode("cp1252")), filename=name)
    assert (refused.code, refused.extra["guess"], refused.extra["line"]) == ("encoding", "cp1252", 3)
    assert refusal(pack(b"a,b\n1,x\n2\n"), filename=name).code == "ragged_row"
    assert refusal(pack(b""), filename=name).code == "empty_file"


def test_several_members_and_frames_are_one_file(ingest: Ingest) -> None:
    assert ingest(gzip.compress(CSV[:6]) + gzip.compress(CSV[6:]), filename="x.csv.gz")[1] == ROWS
    assert ingest(zstandard.compress(CSV[:6]) + zstandard.compress(CSV[6:]), filename="x.csv.zst")[1] == ROWS


@KINDS
def test_a_damaged_or_cut_archive_is_refused(refusal: Refusal, suffix: str, pack: Pack) -> None:
    whole = pack(b"a,b\n" + b"".join(b"%d,%d\n" % (number, number**3) for number in range(5000)))
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    for content in (whole[:-12], whole[: len(whole) // 2], bytes(broken)):
        refused = refusal(content, filename=f"x.csv{suffix}")
        # What the damage makes of the text may be noticed before the checksum is.
        assert refused.code in ("bad_archive", "ragged_row", "encoding", "bad_byte", "mixed_encodings", "not_csv")
    refused = refusal(whole[:-12], filename=f"x.csv{suffix}")
    assert refused.code == "bad_archive"
    assert "archive is damaged or cut off." in refused.detail


@KINDS
def test_a_file_that_is_no_archive_as_its_name_says_is_refused(refusal: Refusal, suffix: str, pack: Pack) -> None:
    refused = refusal(CSV, filename=f"x.csv{suffix}")
    assert refused.code == "bad_archive"
    assert refused.detail.startswith(f"The name ends with {suffix}, but this isn’t a ")


def test_a_zip_archive_of_several_files_is_refused_with_their_names(refusal: Refusal) -> None:
    refused = refusal(zipped(CSV, CSV, names=["north.csv", "south.csv"]), filename="x.zip")
    assert refused.code == "bad_archive"
    assert refused.detail == (
        "The ZIP archive holds 2 files: “north.csv”, “south.csv”. Pack the one file that you want to upload."
    )


def test_what_systems_add_to_an_archive_is_no_file(ingest: Ingest) -> None:
    names = ["x/", "x/orders.csv", "__MACOSX/x/._orders.csv", "x/.DS_Store"]
    assert ingest(zipped(b"", CSV, b"y", b"z", names=names), filename="x.zip")[1] == ROWS


def test_an_empty_zip_archive_is_refused(refusal: Refusal) -> None:
    assert refusal(zipped(), filename="x.zip").code == "not_csv"
    assert "The ZIP archive is empty." in refusal(zipped(b"", names=["x/"]), filename="x.zip").detail
    without_a_name = zipped(CSV, names=["name.csv"]).replace(b"name.csv", b"\0ame.csv")
    assert "The ZIP archive is empty." in refusal(without_a_name, filename="x.zip").detail


def test_an_encrypted_zip_archive_is_refused(refusal: Refusal) -> None:
    content = bytearray(zipped(CSV))
    for header, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + at] |= 1
    assert "The ZIP archive is encrypted." in refusal(bytes(content), filename="x.zip").detail


@KINDS
def test_an_archive_in_an_archive_is_refused(refusal: Refusal, suffix: str, pack: Pack) -> None:
    for kind, inner in (("a gzip archive", gzip.compress(CSV)), ("a ZIP archive", zipped(CSV))):
        refused = refusal(pack(inner), filename=f"x.csv{suffix}")
        assert refused.detail == f"The archive holds {kind}. Unpack it, and upload a file with the table."


def test_a_workbook_named_as_a_zip_archive_is_called_so(refusal: Refusal) -> None:
    workbook = zipped(b"", b"", names=["[Content_Types].xml", "xl/workbook.xml"])
    assert refusal(workbook, filename="x.zip").detail.startswith("This is an Excel workbook")


@KINDS
def test_the_size_of_a_file_is_that_of_what_is_unpacked(
    ingest: Ingest, refusal: Refusal, suffix: str, pack: Pack
) -> None:
    content = pack(b"a,b\n" + b"1,x\n" * 2500)
    assert refusal(content, filename=f"x.csv{suffix}", limits=Limits(max_bytes=10_003)).code == "file_too_large"
    assert len(ingest(content, filename=f"x.csv{suffix}", limits=Limits(max_bytes=10_004))[1]) == 2500


@KINDS
def test_an_archive_that_unpacks_to_far_more_than_its_size_is_refused(
    ingest: Ingest, refusal: Refusal, monkeypatch: pytest.MonkeyPatch, suffix: str, pack: Pack
) -> None:
    content = pack(b"a,b\n" + b"1,x\n" * 50_000)
    assert len(ingest(content, filename=f"x.csv{suffix}")[1]) == 50_000
    monkeypatch.setattr(packed, "RATIO_FROM_BYTES", 10_000)
    monkeypatch.setattr(packed, "RATIO", 20)
    refused = refusal(content, filename=f"x.csv{suffix}")
    assert (refused.code, "more than 20 times its size" in refused.detail) == ("bad_archive", True)


def test_a_zstandard_archive_that_asks_for_much_memory_is_refused(refusal: Refusal) -> None:
    params = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    stream = zstandard.ZstdCompressor(compression_params=params).compressobj()
    refused = refusal(stream.compress(CSV) + stream.flush(), filename="x.csv.zst")
    assert (refused.code, "needs too much memory" in refused.detail) == ("bad_archive", True)


def test_a_zip_archive_by_a_rare_method_is_refused(refusal: Refusal, tmp_path: object) -> None:
    with zipfile.ZipFile(f"{tmp_path}/x.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.csv", CSV)
    with open(f"{tmp_path}/x.zip", "rb") as file:
        assert "packed by a rare method" in refusal(file.read(), filename="x.zip").detail
