"""What is wrong with the endpoint of the site's model is said before a row is called."""

from typing import Any

import pytest

from tests.unit.test_checks import refused

KEY = "sk-0123456789abcdef"
AZURE = "https://me.openai.azure.com/openai/deployments/gpt"


def ids(settings: Any, url: str, *, key: str = "", headers: dict[str, str] | None = None, model: str = "m") -> set[str]:
    values = {
        "OPENAI_BASE_URL": url, "OPENAI_API_KEY": key, "OPENAI_HEADERS": headers or {}, "OPENAI_MODEL": model
    }  # fmt: skip
    found = refused(settings, **values)
    assert KEY not in repr(found)
    return {name.removeprefix("experiments.") for name in found}


@pytest.mark.parametrize(
    ("url", "key", "headers"),
    [
        ("", "", {}),
        ("https://api.openai.com/v1", KEY, {}),
        ("http://127.0.0.1:11434/v1", "ollama", {}),
        ("http://10.0.0.5:8000/v1", "", {}),
        (f"{AZURE}?api-version=2024-10-21", "", {"api-key": KEY}),
        ("https://me.openai.azure.com/openai/v1", KEY, {}),
        ("https://gateway.example/v1", "", {"Authorization": "Basic abc"}),
    ],
)
def test_what_can_work_is_passed_over(settings: Any, url: str, key: str, headers: dict[str, str]) -> None:
    assert ids(settings, url, key=key, headers=headers) == set()


def test_a_model_must_be_named_with_an_address(settings: Any) -> None:
    assert ids(settings, "https://api.openai.com/v1", key=KEY, model="") == {"W002"}


@pytest.mark.parametrize(("key", "headers"), [(KEY, {}), ("", {"api-key": KEY})])
def test_credentials_without_an_address_are_noticed(settings: Any, key: str, headers: dict[str, str]) -> None:
    assert ids(settings, "", key=key, headers=headers) == {"W001"}


def test_azure_s_deployments_need_a_version_and_take_the_key_as_a_header(settings: Any) -> None:
    assert ids(settings, AZURE, headers={"api-key": KEY}) == {"W003"}
    assert ids(settings, f"{AZURE}?api-version=1", key=KEY) == {"W004"}


@pytest.mark.parametrize(("key", "headers"), [(KEY, {}), ("", {"api-key": KEY})])
def test_credentials_that_travel_unencrypted_are_noticed(settings: Any, key: str, headers: dict[str, str]) -> None:
    assert ids(settings, "http://models.example/v1", key=key, headers=headers) == {"W005"}


@pytest.mark.parametrize("key", [f" {KEY}", f"{KEY}\n", f"{KEY}é"])
def test_a_key_that_no_header_carries_is_an_error(settings: Any, key: str) -> None:
    assert ids(settings, "https://api.openai.com/v1", key=key) == {"E007"}


def test_two_authorizations_are_an_error(settings: Any) -> None:
    assert ids(settings, "https://api.openai.com/v1", key=KEY, headers={"authorization": "Basic x"}) == {"E008"}
