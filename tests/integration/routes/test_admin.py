"""The admin's routes: for superusers, and for staff as far as they were given rights; for nobody else."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from tests.integration.routes.scene import Scene, state
from tests.integration.routes.table import ADMIN, ADMIN_OTHERS, ADMIN_VIEWS
from tests.integration.web.support import user

pytestmark = pytest.mark.django_db
REFUSED = {"seen": ("add/", "<path:object_id>/delete/"), "kept": ("<path:object_id>/delete/",)}
OPEN = {"admin/login/": 200, "admin/logout/": 405}


def address(place: Scene, model: str, view: str) -> str:
    kind: Any = apps.get_model(model.replace("/", "."))
    there = kind._base_manager.order_by("pk").values_list("pk", flat=True).first()
    return f"/admin/{model}/{view}".replace("<path:object_id>", str(there or 1))


def status(client: Client, url: str) -> int:
    return client.get(url).status_code


@pytest.mark.parametrize("model", ADMIN)
def test_a_model_s_pages(place: Scene, model: str) -> None:
    staff = Client()
    staff.force_login(user("sam", is_staff=True))
    before = state()
    there = apps.get_model(model.replace("/", "."))._base_manager.exists()
    for view in ADMIN_VIEWS:
        url = address(place, model, view)
        for who in ("owner", "other", "anonymous", "token"):
            response = place.clients[who].get(url)
            assert (response.status_code, response["Location"][:13]) == (302, "/admin/login/"), f"{url} as {who}"
        assert status(staff, url) in ((403,) if there or "object_id" not in view else (403, 302)), f"{url} as staff"
        refused = view in REFUSED.get(ADMIN[model], ())
        if there or "object_id" not in view:
            # What workers and log-ins write can be deleted, and not be made up.
            wanted = (403,) if refused else (200, 403) if view == "add/" else (200,)
            assert status(place.clients["staff"], url) in wanted, f"{url} as superuser"
    assert state() == before


@pytest.mark.parametrize("route", ADMIN_OTHERS)
def test_the_admin_s_other_pages(place: Scene, route: str) -> None:
    before = state()
    url = place.address(route, "done")
    assert status(place.clients["staff"], url) == ADMIN_OTHERS[route]
    for who in ("owner", "other", "anonymous", "token"):
        response = place.clients[who].get(url)
        if route in OPEN:
            assert response.status_code == OPEN[route] or response.status_code == 302, f"{url} as {who}"
            assert response.get("Location", "/admin/").startswith("/admin/"), who
        else:
            assert response.status_code in (302, 404, 405), f"{url} as {who}"
            assert not response.has_header("Location") or response["Location"].startswith("/admin/login/"), who
    assert state() == before
