"""The name of the file comes from the batch's name, kind and moment, and means nothing to a header, path or system."""

from datetime import UTC, datetime
from email.message import Message

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.core.choices import ExportFormat
from experiments.services.exports import ExportOptions, content_disposition

MOMENT = datetime(2026, 3, 1, 15, 4, 5, tzinfo=UTC)


def name_of(batch: CsvBatch, options: ExportOptions, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(timezone, "localtime", lambda: MOMENT)
    header = content_disposition(batch, options)
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    name = message.get_filename()
    assert name
    assert len(name.encode()) <= 255
    return name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("March mails", "March mails"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\x", "C_temp_x"),
        ('a"; filename="evil.exe', "a_ filename_evil.exe"),
        ("a\r\nSet-Cookie: x=1", "a_Set-Cookie_ x_1"),
        ("con", "_con"),
        ("Lpt1.old", "_Lpt1.old"),
        ("console", "console"),
        ("Grüße 日本", "Grüße 日本"),
        ("invoice\u202evsc.exe", "invoice_vsc.exe"),
        ("a\0b\x7f", "a_b_"),
        ("🙂", "_"),
        ("é" * 300, "é" * 60),
        ("日" * 300, "日" * 60),
        ("𠀋" * 300, "𠀋" * 45),
    ],
)
def test_the_name_is_cleaned(name: str, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = CsvBatch(name=name, kind="csv_batch", status="completed")
    assert name_of(batch, ExportOptions(), monkeypatch) == f"{file} batch 2026-03-01 15.04.05.csv"


@pytest.mark.parametrize("name", ["", " . "])
def test_without_a_name_the_kind_is_enough(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = CsvBatch(name=name, kind="csv_batch", status="completed")
    assert name_of(batch, ExportOptions(), monkeypatch) == "batch 2026-03-01 15.04.05.csv"


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (ExportOptions(excel=True), "completed", "batch for Excel 2026-03-01 15.04.05.csv"),
        (ExportOptions(partial=True), "completed", "batch 2026-03-01 15.04.05.csv"),
        (ExportOptions(partial=True), "running", "batch so far 2026-03-01 15.04.05.csv"),
        (ExportOptions(filters={"status": "failed"}), "completed", "batch selected 2026-03-01 15.04.05.csv"),
        (ExportOptions(ExportFormat.XLSX, excel=True), "completed", "batch 2026-03-01 15.04.05.xlsx"),
    ],
)
def test_it_says_of_what_it_is(
    options: ExportOptions, status: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = CsvBatch(name="Mails", kind="csv_batch", status=status)
    assert name_of(batch, options, monkeypatch) == f"Mails {words}"
