"""A survey, the kind that only tests install, by the API and on its pages."""

from typing import Any

from experiments.models import Network
from tests.support.api import ENDED, Api
from tests.support.worker import eventually
from tests.third_kind.kind import SurveyKind
from tests.third_kind.models import Survey

QUESTIONS = ["Why?", "Where to?", "How long does it take?"]


def survey_of(owner: Any, questions: list[str] = QUESTIONS, **values: Any) -> Survey:
    """A draft."""
    network, _ = Network.objects.get_or_create(name="triage")
    given = {"name": "People", "greeting": "Hello,", "network": network, "questions": questions, **values}
    return SurveyKind().create(user=owner, values=given)


def asked(api: Api, network: str, questions: list[str] = QUESTIONS) -> str:
    """The id of a survey that was created and started by the API."""
    body = {"name": "People", "network": network, "greeting": "Hello,", "questions": questions}
    survey = str(api.post("/surveys", body)["id"])
    api.post(f"/surveys/{survey}/run", want=202)
    return survey


def ended(api: Api, survey: str) -> dict[str, Any]:
    def state() -> dict[str, Any] | None:
        found: dict[str, Any] = api.get(f"/surveys/{survey}")
        return found if found["status"] in ENDED else None

    found: dict[str, Any] = eventually(state, what="the survey ends")
    return found
