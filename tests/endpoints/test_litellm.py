"""A batch over a real LiteLLM proxy is answered whatever its providers refuse, which is asked for a few times only."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.models import EndpointDialect
from tests.browser.support.site import Site
from tests.endpoints.batches import NOTE, TONE, answers
from tests.support.api import Api
from tests.support.litellm_proxy import KEY, LiteLlmProxy

MODELS = {
    "takes-schemas": "openai/gpt-4o-mini",
    "takes-functions": "volcengine/doubao",
    "takes-words": "nlp_cloud/dolphin",
}
CONCURRENCY = 4


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteLlmProxy]:
    if shutil.which("litellm", path=str(Path(sys.executable).parent)) is None:
        pytest.fail("needs LiteLLM: uv run --group litellm pytest tests/endpoints")
    folder = tmp_path_factory.mktemp("litellm")
    with LiteLlmProxy(folder, MODELS, answer='{"tone": "positive", "note": null}') as running:
        yield running


@pytest.mark.parametrize(
    ("model", "step", "refused"),
    [("takes-schemas", "strict", 0), ("takes-functions", "tools", 4), ("takes-words", "prompt", 4)],
)
def test_every_row_is_answered(api: Api, site: Site, proxy: LiteLlmProxy, model: str, step: str, refused: int) -> None:
    endpoint = {"base_url": proxy.base_url, "model": model, "api_key": KEY}
    before = proxy.refusals()
    found = answers(api, site, model, endpoint, fields=[TONE, NOTE], concurrency=CONCURRENCY, timeout_s=180)
    assert {answer["tone"] for answer in found} == {"positive"}
    learned = [kept.dialect["output"] for kept in EndpointDialect.objects.all()]
    assert learned == ([] if step == "strict" else [step])
    # Those that began together each learn it.
    assert refused <= proxy.refusals() - before <= refused * CONCURRENCY
