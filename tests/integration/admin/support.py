"""What tests of the admin send and read."""

import re
from typing import Any

from django.test import Client

from tests.integration.web.support import browser


def operator() -> Client:
    return browser("root", is_staff=True, is_superuser=True)


def chosen(client: Client, address: str, act: str, *pks: Any, **more: str) -> Any:
    """The answer to an act on these, after the list was opened."""
    client.get(address)
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "action": act}
    return client.post(address, {**form, "_selected_action": [str(pk) for pk in pks], **more})


def confirmed(client: Client, address: str, act: str, *pks: Any, **more: str) -> list[str]:
    """The same when the question was answered: what the next page says."""
    chosen(client, address, act, *pks, confirmed="yes", **more)
    return told(client.get(address).content.decode())


def told(html: str) -> list[str]:
    """The messages of a page."""
    return re.findall(r'<li class="(?:success|warning|error)">(.*?)</li>', html)


def next_page(html: str) -> str | None:
    found = re.search(r'<a href="([^"]+)" rel="next">', html)
    return found[1].replace("&amp;", "&") if found else None
