"""A body that is larger than any file may be is refused before it is read, whoever sends it."""

from typing import Any

import pytest
from django.test import Client

from tests.integration.api.support import errors
from tests.integration.web.support import browser
from tests.support.api import Api

pytestmark = pytest.mark.django_db
FORM = "multipart/form-data; boundary=x"


def posted(client: Client, path: str) -> Any:
    """Sends some bytes and says that there are gigabytes: who reads more than the header notices."""
    return client.generic("POST", path, b"--x\r\n", content_type=FORM, CONTENT_LENGTH=str(3 * 1024**3))


def test_from_a_stranger_with_a_form_s_cookie() -> None:
    stranger = Client(enforce_csrf_checks=True)
    stranger.get("/login/")
    assert posted(stranger, "/csv-batch/new/").status_code == 413


def test_from_somebody_who_is_signed_in() -> None:
    client = browser("ann")
    client.get("/csv-batch/new/")
    response = posted(client, "/csv-batch/new/")
    assert response.status_code == 413
    assert "The body has 3,221,225,472 bytes; a file can have at most 2,147,483,648." in response.content.decode()


def test_through_the_api() -> None:
    api = Api.as_user("ann", is_staff=True)
    draft = api.draft(api.network(None))
    response = posted(api.client, f"/api/csv_batches/{draft}/upload")
    assert response.status_code == 413
    assert errors(response.json(), kind="client_error") == [("too_large", "file")]


def test_the_largest_file_is_within_it(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    api = Api.as_user("ann", is_staff=True)
    draft = api.draft(api.network(None))
    assert api.upload(draft, b"a,b\n" + b"1,2\n" * 24)["rows"] == 24
