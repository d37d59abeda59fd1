"""The schema of a network built of fields: one button stores it, with its guidance and example."""

from typing import Any

import pytest

from experiments import response_schema
from experiments.core.choices import AuditAction
from experiments.models import AuditEntry, Network
from experiments.web.schema.page import fingerprint
from experiments.web.schema.rows import Rows
from experiments.web.schema.unsaved import Stored
from tests.integration.web.network.support import SCHEMA, network_of
from tests.integration.web.support import browser
from tests.unit.web.schema.forms import INVOICE, sent

pytestmark = pytest.mark.django_db
OTHERS = {"team": "mails"}


def network(**data: Any) -> Network:
    return network_of(additional_data={**OTHERS, **data})


def save(made: Network, fields: list[Any], *, live: bool = False) -> Any:
    client = browser("boss", is_staff=True)
    page = f"/networks/{made.pk}/fields/"
    assert client.get(page).status_code == 200
    form = sent(Rows.of_fields(fields), go="save")
    form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    form["seen"] = fingerprint(Stored.of_schema(made.additional_data.get("respond_payload_schema")).fields)
    data = {name: values if len(values) > 1 else values[0] for name, values in form.lists()}
    return client.post(page, data, headers={"HX-Request": "true"} if live else {})


def data_of(made: Network) -> dict[str, Any]:
    made.refresh_from_db()
    return dict(made.additional_data)


@pytest.mark.parametrize("live", [True, False], ids=["htmx", "form"])
def test_nested_fields_become_schema_guidance_and_example(live: bool) -> None:
    made = network()
    answer = save(made, INVOICE, live=live)
    assert answer["HX-Redirect" if live else "Location"] == f"/networks/{made.pk}/"
    data = data_of(made)
    schema = data["respond_payload_schema"]
    assert Stored.of_schema(schema).fields
    assert data["team"] == "mails"
    assert data["respond_payload_guidance"] == response_schema.guidance(schema)
    assert response_schema.validator(schema)(data["respond_payload_example"]) is None
    assert AuditEntry.objects.filter(action=AuditAction.SCHEMA).count() == 1
    shown = browser("ann").get(f"/networks/{made.pk}/").content.decode()
    assert "lines[].price" in shown
    assert "edit-fields" not in shown


def test_a_guidance_that_somebody_wrote_stays() -> None:
    made = network(respond_payload_schema=SCHEMA, respond_payload_guidance="Be short.")
    save(made, INVOICE)
    assert data_of(made)["respond_payload_guidance"] == "Be short."


def test_fields_as_they_are_change_nothing() -> None:
    schema = {**SCHEMA, "title": "A mood"}
    made = network(respond_payload_schema=schema)
    save(made, Stored.of_schema(schema).fields)
    assert data_of(made) == {**OTHERS, "respond_payload_schema": schema}
    assert not AuditEntry.objects.filter(action=AuditAction.SCHEMA).exists()


def test_a_field_that_cannot_be_stored_is_said_and_nothing_is_stored() -> None:
    made = network(respond_payload_schema=SCHEMA)
    page = save(made, [{"name": "a", "type": "string"}] * 2)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert data_of(made)["respond_payload_schema"] == SCHEMA
