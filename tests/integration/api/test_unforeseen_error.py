"""A failure that nobody foresaw is a 500 in the shape of all errors, tells nothing, and is logged."""

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api.support import Draft, errors


def break_storage(settings: Any, tmp_path: Path) -> None:
    """The place of uploaded files is a file itself."""
    place = tmp_path / "secret-place"
    place.write_text("")
    settings.MEDIA_ROOT = place


@pytest.mark.parametrize("debug", [False, True])
def test_it_is_json_without_a_word_about_the_cause(
    draft: Draft, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, debug: bool
) -> None:
    settings.DEBUG = debug
    break_storage(settings, tmp_path)
    with caplog.at_level(logging.ERROR, logger="django.request"):
        body = draft.api.upload(draft.id, b"a\n1\n", want=500)
    assert errors(body, kind="server_error") == [("error", None)]
    assert "secret-place" not in str(body)
    assert any(record.exc_info for record in caplog.records)


def test_nothing_is_half_done(draft: Draft, settings: Any, tmp_path: Path) -> None:
    before = draft.state()
    break_storage(settings, tmp_path)
    draft.api.upload(draft.id, b"a\n1\n", want=500)
    assert draft.state() == before
    assert len(draft.api.rows(draft.id)) == 2
