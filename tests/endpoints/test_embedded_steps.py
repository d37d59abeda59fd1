"""The embedded model answers every row by each way of structured output, behind a gateway that refuses those above."""

import time
from collections.abc import Iterator

import pytest

from experiments.models import EndpointDialect
from experiments.runtime import local_model
from experiments.runtime.dialects import OUTPUTS, Output
from tests.browser.support.site import Site
from tests.endpoints.batches import TONE, answers
from tests.support.api import Api
from tests.support.llm_server import LlmServer, Refusal

STRICT = Refusal("response_format.json_schema.strict", "Extra inputs are not permitted: strict")
NO_SCHEMA = Refusal("response_format.json_schema", "This response_format type is unavailable now")
FORMAT = Refusal("response_format", "Unrecognized request argument supplied: response_format")
TOOLS = Refusal("tools", "This model does not support tools")
REFUSES: dict[Output, list[Refusal]] = {
    "strict": [],
    "json_schema": [STRICT],
    "json_object": [NO_SCHEMA],
    "tools": [FORMAT],
    "prompt": [FORMAT, TOOLS],
}


@pytest.fixture
def gateway() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One server for all steps; it ends with this process."""
    return local_model.base_url(tmp_path_factory.mktemp("model"))


@pytest.mark.slow
@pytest.mark.parametrize("step", OUTPUTS)
def test_every_row_is_answered(api: Api, site: Site, gateway: LlmServer, model: str, step: Output) -> None:
    gateway.script(refuses=REFUSES[step], behind=model)
    endpoint = {"base_url": gateway.base_url, "model": local_model.MODEL_NAME}
    began = time.monotonic()
    found = answers(api, site, step, endpoint, fields=[TONE], concurrency=2, timeout_s=1200)
    print(f"{step}: {len(found)} answered in {time.monotonic() - began:.0f} s")
    assert {answer["tone"] for answer in found} <= {"positive", "negative"}
    learned = {kept.dialect["output"] for kept in EndpointDialect.objects.all()}
    assert learned == ({step} if step != "strict" else set())
