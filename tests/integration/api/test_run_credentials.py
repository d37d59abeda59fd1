"""`/run` takes an API token, a session, or what our own worker signs; a row is linked for the worker only."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import signing
from django.test import Client
from django.test.utils import freeze_time
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.models import ApiToken, Run
from experiments.services.run_credentials import RUN_SALT, owners_credential, signed_credential
from tests.integration.api.run_support import checked, run
from tests.integration.api.support import NOWHERE, Draft
from tests.support.api import Api
from tests.support.llm_server import LlmServer

BODY: dict[str, Any] = {"network": "net", "user_message": "x"}


def post(authorization: str, want: int, body: dict[str, Any] = BODY) -> Any:
    client = Client(headers={"authorization": authorization})
    return checked(client.post("/run", body, content_type="application/json"), want)


def claims(**values: Any) -> dict[str, Any]:
    owner = get_user_model().objects.get(username="ann").pk
    return {"queue": NOWHERE, "owner": owner, **values}


def test_the_worker_runs_for_one_who_asked_outside_any_queue(draft: Draft, llm: LlmServer, bob: Api) -> None:
    owner = get_user_model().objects.get(username="bob").pk
    post(f"Bearer {owners_credential(owner)}", 200, {**BODY, "experiment_item_index": 1})
    kept = Run.objects.get()
    assert (kept.owner.username, kept.item_id) == ("bob", None)


@pytest.fixture
def bobs(api: Api, bob: Api, llm: LlmServer) -> CsvBatch:
    batch = bob.ready(api.network(None), [["1", "first"], ["2", "second"]])
    found: CsvBatch = CsvBatch.objects.get(pk=batch)
    return found


def test_a_token(draft: Draft, llm: LlmServer) -> None:
    run(draft.api, BODY)
    ApiToken.objects.update(revoked_at=timezone.now())
    run(draft.api, BODY, 401)


def test_a_session_with_its_csrf_token(draft: Draft, llm: LlmServer) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(username="ann"))
    checked(client.post("/run", BODY, content_type="application/json"), 403)
    client.get("/login/")
    headers = {"x-csrftoken": client.cookies["csrftoken"].value}
    checked(client.post("/run", BODY, content_type="application/json", headers=headers), 200)


def test_the_worker_runs_for_the_owner_of_the_batch_and_its_row(bobs: CsvBatch) -> None:
    body = {**BODY, "experiment_id": str(bobs.pk), "experiment_item_index": 1}
    post(f"Bearer {signed_credential(bobs)}", 200, body)
    kept = Run.objects.get()
    assert kept.owner.username == "bob"
    assert kept.item_id == CsvBatchRow.objects.get(queue_id=bobs.pk, row_index=1).pk


def test_the_row_of_the_credential_counts_not_that_of_the_body(bobs: CsvBatch, api: Api) -> None:
    other = CsvBatch.objects.get(pk=api.ready("net", [["1", "x"]]))
    post(f"Bearer {signed_credential(bobs)}", 200, {**BODY, "experiment_id": str(other.pk), "experiment_item_index": 0})
    assert Run.objects.get().item_id == CsvBatchRow.objects.get(queue_id=bobs.pk, row_index=0).pk


@pytest.mark.parametrize("index", [None, 2, 10**12])
def test_a_run_without_a_row(bobs: CsvBatch, index: int | None) -> None:
    post(f"Bearer {signed_credential(bobs)}", 200, {**BODY, "experiment_item_index": index})
    assert Run.objects.get().item_id is None


def test_a_user_cannot_claim_a_row(bobs: CsvBatch, api: Api) -> None:
    run(api, {**BODY, "experiment_id": str(bobs.pk), "experiment_item_index": 0})
    assert Run.objects.get().item_id is None


def test_a_credential_ends_after_15_minutes(draft: Draft, llm: LlmServer) -> None:
    now = timezone.now().timestamp()
    with freeze_time(now - 14 * 60):
        young = signing.dumps(claims(), salt=RUN_SALT)
    with freeze_time(now - 16 * 60):
        old = signing.dumps(claims(), salt=RUN_SALT)
    post(f"Bearer {young}", 200)
    post(f"Bearer {old}", 401)


def test_a_credential_that_is_not_ours(draft: Draft) -> None:
    good = signing.dumps(claims(), salt=RUN_SALT)
    forged = signing.dumps(claims(), salt=RUN_SALT, key="another key")
    elsewhere = signing.dumps(claims(), salt="another salt")
    for value in (forged, elsewhere, good[:-1], good.upper(), "x", "a:b:c", "\u00e9", ApiToken.objects.get().prefix):
        post(f"Bearer {value}", 401)
    post("Bearer", 401)
    post(f"Bearer {good} x", 401)
    post(f"Token {good}", 401)


def test_an_owner_who_is_gone_or_shut_out(draft: Draft) -> None:
    post(f"Bearer {signing.dumps(claims(owner=0), salt=RUN_SALT)}", 401)
    credential = signing.dumps(claims(), salt=RUN_SALT)
    get_user_model().objects.update(is_active=False)
    post(f"Bearer {credential}", 401)


def test_the_rest_of_the_api_does_not_take_it(draft: Draft) -> None:
    credential = signing.dumps(claims(), salt=RUN_SALT)
    response = Client(headers={"authorization": f"Bearer {credential}"}).get("/api/networks")
    assert response.status_code == 401
