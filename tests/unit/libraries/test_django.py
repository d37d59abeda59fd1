"""Django: what the bulk insert, the embedded server and the upload handler use beyond its documentation."""

import inspect
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db.backends.postgresql import base
from django.db.models import QuerySet
from django.http.multipartparser import MultiPartParserError

from tests.unit.libraries.support import parameters


def test_rows_can_be_deleted_without_being_collected() -> None:
    assert parameters(QuerySet._raw_delete) == ["self", "using"], "experiments/services/bulk_insert.py"


def test_a_connection_takes_its_parameters_from_a_method_of_its_own(settings: Any) -> None:
    wrapper = base.DatabaseWrapper({**settings.DATABASES["default"], "HOST": "here", "USER": "me", "NAME": "work"})
    asked = wrapper.get_connection_params()
    leans = "config/embedded_postgres/base.py gives another host and user"
    assert (asked["host"], asked["user"], asked["dbname"]) == ("here", "me", "work"), leans


def test_a_new_connection_says_so() -> None:
    leans = "experiments/worker/db_timeout.py looks at each connection"
    assert "connection_created.send(" in inspect.getsource(base.BaseDatabaseWrapper.connect), leans


def test_an_upload_handler_hears_of_each_file_and_of_the_end() -> None:
    for name in ("handle_raw_input", "new_file", "file_complete", "upload_complete"):
        assert callable(getattr(TemporaryFileUploadHandler, name)), "experiments/http/upload_handler.py"
    assert parameters(TemporaryFileUploadHandler.handle_raw_input)[:4] == [
        *("self", "input_data", "META", "content_length")
    ], "experiments/http/upload_handler.py"
    assert issubclass(MultiPartParserError, Exception)
