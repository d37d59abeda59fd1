"""How many statements each page and each answer of the API takes, and that more in it takes no more of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from experiments.models import Network, Queue, SavedView
from tests.integration.routes.scene import Scene
from tests.integration.routes.statements import STATEMENTS
from tests.integration.routes.table import API_BATCH, BATCH, EXPERIMENT, QUEUE, ROUTES, ROW
from tests.integration.web.support import batch_of, run_for, user
from tests.support import datasets

pytestmark = pytest.mark.django_db
OWN = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "SET ")
MORE = 4
LISTS = (
    *("networks/", "networks/<int:pk>/", "networks/<int:pk>/edit/", "networks/<int:pk>/delete/", "runs/"),
    *("<kind:kind>/", QUEUE, f"{QUEUE}results/", f"{QUEUE}history/", ROW, "tokens/", "experiments/compare/"),
    *(f"{BATCH}map/", f"{BATCH}prompt/", f"{BATCH}schema/", f"{BATCH}review/", f"{EXPERIMENT}score/"),
    *("api/networks", "api/usage", "api/runs", "api/csv_batches", "api/experiments", f"{API_BATCH}/rows"),
)
"""Those that show several things of one sort, or let one choose among them."""


def seen(place: Scene, route: str) -> list[str]:
    """The statements of a page, as its owner, or where the owner may not see it as staff, gets it."""
    address = place.address(route, ROUTES[route].on)
    client = place.clients["owner" if ROUTES[route].get[0] == 200 else "staff"]
    client.get(address)  # What is kept between requests is there.
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries if not query["sql"].startswith(OWN)]


def pages() -> list[str]:
    return [route for route, one in ROUTES.items() if one.get[0] == 200 or one.get[3] == 200]


def test_each_page_is_in_the_table_and_each_of_the_table_is_one() -> None:
    assert set(STATEMENTS) == set(pages())


@pytest.mark.parametrize("route", STATEMENTS)
def test_a_page_takes_so_many_statements_and_no_more(place: Scene, route: str) -> None:
    made = seen(place, route)
    assert len(made) <= STATEMENTS[route], "\n".join([f"{route}: {len(made)}", *(sql[:300] for sql in made)])


@contextmanager
def more_of_everything(place: Scene, times: int) -> Iterator[None]:
    """Undone afterwards."""
    with transaction.atomic():
        ann = user("ann")
        done = Queue.objects.get(pk=place.values["done"]["queue_id"])
        for number in range(times):
            batch = batch_of("ann", ["succeeded", "failed"] * 3, status="completed", name=f"More {number}")
            run_for(batch.rows.get(row_index=0), f"more-{number}")
            batch_of("ann", ["queued"], name=f"Running {number}")
            datasets.answered(datasets.with_items("run_input,expected\na,yes\n"), [{"answer": "yes"}])
            network = Network.objects.create(name=f"more {number}")
            network.agents.create(key="a", is_default=True)
            Network.objects.get(name="triage").agents.create(key=f"more{number}")
            SavedView.objects.create(queue=done, owner=ann, name=f"More {number}", query="status=failed")
        yield
        transaction.set_rollback(True)


def test_more_in_a_page_takes_no_more_statements(place: Scene) -> None:
    with more_of_everything(place, 1):
        few = {route: len(seen(place, route)) for route in LISTS}
    with more_of_everything(place, MORE):
        many = {route: len(seen(place, route)) for route in LISTS}
    assert {route: (few[route], count) for route, count in many.items() if count > few[route]} == {}
