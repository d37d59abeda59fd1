"""The admin and the page of the API are part of the site: its name, its colors, a way back."""

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.integration.web.support import browser

pytestmark = pytest.mark.django_db


def test_the_admin_has_the_name_of_the_site_and_leads_back_to_it() -> None:
    html = browser("root", is_staff=True, is_superuser=True).get("/admin/").content.decode()
    assert '<a href="/">CSV Batch Workbench</a>' in html
    assert "Django administration" not in html
    assert finders.find("css/admin.css")
    assert "css/admin.css" in html


def test_the_page_of_the_api_leads_back_to_the_site_and_to_its_description() -> None:
    html = Client().get("/api/docs").content.decode()
    assert '<a href="/">CSV Batch Workbench</a>' in html
    assert 'href="/api/schema"' in html
