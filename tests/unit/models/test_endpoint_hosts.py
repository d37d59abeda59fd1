"""Which addresses the model of a network may have: a listed host, or that of the site's own endpoint."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.models.run_hosts import check_endpoint_url, check_run_url


@pytest.fixture(autouse=True)
def _lists(settings: Any) -> None:
    settings.RUN_HOSTS_LOOPBACK = False
    settings.RUN_HOSTS = ["agents.example:443"]
    settings.OPENAI_HOSTS = ["models.example:443", "10.1.2.3:8000"]
    settings.OPENAI_BASE_URL = "https://own.example/v1?api-version=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example/v1",
        "http://10.1.2.3:8000/v1",
        "https://own.example:443/v2",
        "https://models.example?a=1",
    ],
)
def test_a_listed_host_and_the_site_s_own_are_allowed(url: str) -> None:
    check_endpoint_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://models.example:8443/v1",
        "http://own.example/v1",
        "https://agents.example/v1",
        "http://127.0.0.1:8000/v1",
        "http://169.254.169.254/latest",
    ],
)
def test_any_other_is_refused_with_the_setting_that_would_allow_it(url: str) -> None:
    with pytest.raises(InvalidInput, match="OPENAI_HOSTS") as caught:
        check_endpoint_url(url)
    assert (caught.value.code, caught.value.attr) == ("host_not_allowed", "base_url")


@pytest.mark.parametrize("url", ["https://me:secret@models.example/v1", "ftp://models.example", "models.example/v1"])
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_endpoint_url(url)


def test_a_loopback_port_is_allowed_where_run_urls_may_have_one(settings: Any) -> None:
    settings.RUN_HOSTS_LOOPBACK = True
    check_endpoint_url("http://127.0.0.1:11434/v1")


def test_a_host_for_models_is_none_for_runs() -> None:
    with pytest.raises(InvalidInput, match="RUN_HOSTS"):
        check_run_url("https://models.example/run")
