"""Whatever is not an address of the API answers as the API does."""

import pytest
from django.test import Client

from tests.integration.api.support import NOWHERE, Draft, errors
from tests.support.api import Api

UNKNOWN = [
    "/nothing",
    "/networks/",
    "/csv_batches/",
    "/csv_batches/not-a-uuid",
    f"/csv_batches/{NOWHERE}/nothing",
    "/runs/",
    "/",
    "",
    "/a%0Ab",
    "/%00",
]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", UNKNOWN)
def test_it_is_a_404_for_every_method(api: Api, method: str, path: str) -> None:
    assert errors(api.call(method, path, 404), kind="client_error") == [("not_found", None)]


@pytest.mark.django_db
def test_also_for_nobody(client: Client) -> None:
    response = client.get("/api/nothing")
    assert response.status_code == 404
    assert errors(response.json(), kind="client_error") == [("not_found", None)]


def test_a_trailing_slash_is_another_address(draft: Draft) -> None:
    draft.api.get(draft.path)
    draft.api.get(f"{draft.path}/", 404)
    draft.api.get(f"{draft.path}/rows/", 404)
