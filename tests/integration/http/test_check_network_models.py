"""`manage.py check --database default` says what is wrong with the endpoints of networks."""

from typing import Any

import pytest
from django.core.checks import Tags, run_checks

from experiments.models import Network
from tests.integration.web.network.support import network_of

pytestmark = pytest.mark.django_db
KEY = "sk-0123456789abcdef"


def found() -> dict[str, str]:
    checks = run_checks(tags=[Tags.database], databases=["default"])
    return {str(one.id): one.msg for one in checks if str(one.id).startswith("experiments.")}


def own(base_url: str) -> None:
    network_of("mine", endpoint={
        "base_url": base_url, "model": "m", "api_key": KEY, "headers": {}, "temperature": 0, "max_output_tokens": None
    })  # fmt: skip


def test_what_can_work_is_passed_over() -> None:
    network_of("plain")
    own("http://127.0.0.1:9/v1")
    assert found() == {}


def test_a_network_is_named_with_what_is_wrong(settings: Any) -> None:
    own("http://models.example/v1")
    assert "OPENAI_HOSTS" in found()["experiments.E009"]
    settings.OPENAI_HOSTS = ["models.example:80"]
    assert found() == {"experiments.W005": "Network mine: credentials go to models.example without encryption."}


def test_credentials_that_no_key_opens_are_found() -> None:
    own("http://127.0.0.1:9/v1")
    Network.objects.update(sealed_endpoint="gAAAA-of-another-key")
    assert "FIELD_KEYS" in found()["experiments.E009"]


def test_without_a_database_nothing_is_asked() -> None:
    own("http://models.example/v1")
    assert not [one for one in run_checks() if one.id == "experiments.E009"]
