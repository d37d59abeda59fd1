"""The page of the API's description keeps the site's policy: nothing inside it is a script or a style."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def page() -> Any:
    response = Client().get("/api/docs")
    assert response.status_code == 200
    return response


def test_the_policy_is_sent_and_is_strict() -> None:
    policy = page()["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_no_script_and_no_style_inside() -> None:
    html = page().content.decode()
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 3
    for attributes, inside in scripts:
        assert 'src="/' in attributes
        assert inside.strip() == ""
    assert "<style" not in html
    assert not re.search(r"\s(style|on\w+)=", html)
    assert "javascript:" not in html


def test_every_file_that_it_names_is_there() -> None:
    html = page().content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert len(files) >= 4
    assert all(finders.find(file) for file in files)


def test_its_script_comes_from_its_own_address() -> None:
    html = page().content.decode()
    (address,) = re.findall(r'src="(/api/docs[^"]*)"', html)
    response = Client().get(address.replace("&amp;", "&"))
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/javascript")
    assert b"/api/schema" in response.content.replace(b"\\u002D", b"-") or b"./schema" in response.content
    assert response["X-Content-Type-Options"] == "nosniff"
