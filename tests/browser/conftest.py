"""A real browser in front of the real site. Every page that a test opens is watched to the test's end."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# Playwright's calls run within an event loop of its own, beside which Django's are as safe as anywhere.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.support import chromium
from tests.browser.support.looks import LIGHT, Look
from tests.browser.support.site import Site
from tests.browser.support.watch import Watch
from tests.integration.web.support import user
from tests.support.worker import SharedWorker

PATIENCE_MS = 30_000
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    yield from launched(driver, chromium.NAMES)


def launched(driver: Playwright, names: Sequence[str]) -> Iterator[Browser]:
    """The first of `names` that this machine has."""
    path = chromium.path(names)
    if path is None:
        end = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        end(chromium.MISSING)
    running = driver.chromium.launch(executable_path=path, args=list(chromium.ARGS))
    yield running
    running.close()


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with django_db_blocker.unblock():
        site = Site(tmp_path_factory.mktemp("site"))
        site.start()
    with site:
        yield site


@pytest.fixture(scope="session")
def shared_worker(site: Site) -> Iterator[SharedWorker]:
    """The site's worker."""
    shared = SharedWorker(**site.environment())
    yield shared
    shared.stop()


@pytest.fixture(autouse=True)
def _shared(_site: None, site: Site, settings: Any) -> None:
    """What the test stores lies where the site looks for it, under keys that the site has."""
    settings.MEDIA_ROOT = site.media
    settings.FIELD_KEYS = [site.field_key]


@pytest.fixture(autouse=True)
def watch(browser: Browser, transactional_db: None, site: Site) -> Iterator[Watch]:
    """Ends each test with a look at what its pages did beside what it asked for."""
    watch = Watch(site.url)
    yield watch
    assert not watch.problems, "\n".join([*watch.problems, site.end_of_log()])


@pytest.fixture
def new_context(browser: Browser, site: Site, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Makes another browser with nothing in it; takes a look and Playwright's options."""
    opened: list[BrowserContext] = []

    def make(look: Look = LIGHT, **options: Any) -> BrowserContext:
        place = {"base_url": site.url, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
        context = browser.new_context(**{**place, **look.options(), **options})
        context.set_default_timeout(PATIENCE_MS)
        watch.follow(context)
        opened.append(context)
        return context

    yield make
    # A poll's answer that comes while its page is closed finds none of its parts.
    watch.leave()
    for context in opened:
        context.close()


@pytest.fixture
def open_page(new_context: Callable[..., BrowserContext], site: Site) -> Open:
    """Opens an address of the site as somebody who is logged in."""

    def make(address: str, look: Look = LIGHT, *, name: str = "ann", **options: Any) -> Page:
        context = new_context(look, **options)
        log_in(context, site, name)
        page = context.new_page()
        page.goto(address)
        return page

    return make


@pytest.fixture
def plain_page(open_page: Open) -> Open:
    """The same with JavaScript switched off."""

    def make(address: str, look: Look = LIGHT, **options: Any) -> Page:
        return open_page(address, look, java_script_enabled=False, **options)

    return make


def log_in(context: BrowserContext, site: Site, name: str) -> None:
    client = Client()
    client.force_login(user(name, is_staff=True))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site.url}])
