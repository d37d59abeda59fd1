"""The name of the file comes from the batch's name and means nothing to a header, a path or a system."""

from email.message import Message

import pytest

from csv_batches.models import CsvBatch
from experiments.services.exports import ExportOptions, content_disposition


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("March mails", "March mails.csv"),
        ("../../etc/passwd", "_.._etc_passwd.csv"),
        ("C:\\temp\\x", "C_temp_x.csv"),
        ('a"; filename="evil.exe', "a_ filename_evil.exe.csv"),
        ("a\r\nSet-Cookie: x=1", "a_Set-Cookie_ x_1.csv"),
        ("", "batch.csv"),
        (" . ", "batch.csv"),
        ("con", "con_batch.csv"),
        ("Lpt1.old", "Lpt1.old_batch.csv"),
        ("console", "console.csv"),
        ("Grüße 日本", "Grüße 日本.csv"),
        ("invoice\u202evsc.exe", "invoice_vsc.exe.csv"),
        ("a\0b\x7f", "a_b_.csv"),
        ("🙂", "_.csv"),
        ("é" * 300, "é" * 60 + ".csv"),
    ],
)
def test_the_name_is_cleaned(name: str, file: str) -> None:
    header = content_disposition(CsvBatch(name=name, kind="csv_batch"), ExportOptions())
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    assert message.get_filename() == file
