from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Length

from experiments import response_schema
from experiments.kinds import Extras, Nouns, QueueKind
from experiments.services import bulk_insert, queues
from tests.third_kind.models import Survey

KIND = "survey"
TOPIC = {"name": "topic", "type": "string", "description": "", "required": True}
SCHEMA = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}


@dataclass(frozen=True)
class SurveyPlan:
    greeting: str
    schema = SCHEMA
    guidance = ""
    example = None

    def request(self, payload: Sequence[str]) -> tuple[str, dict[str, Any]]:
        return f"{self.greeting} {payload[0]}", {}

    def check(self, answer: dict[str, Any]) -> str | None:
        return response_schema.validator(SCHEMA)(answer)


class SurveyKind(QueueKind):
    name = KIND
    label = "Survey"
    slug = "survey"
    collection = "surveys"
    model = Survey
    nouns = Nouns("survey", "surveys", "question", "questions")
    about = "A survey asks the same of everybody."
    no_items = "Ask some."
    head_template = "third_kind/head.html"
    detail_template = "third_kind/detail.html"
    can = frozenset({"create", "run"})

    def plan(self, queue_id: Any) -> SurveyPlan:
        return SurveyPlan(Survey.objects.get(pk=queue_id).greeting)

    def columns(self, queue: Survey) -> list[str]:
        return ["question"]

    def response_fields(self, queue: Survey) -> list[dict[str, Any]]:
        return [TOPIC]

    def schema(self, queue: Survey) -> dict[str, Any]:
        return SCHEMA

    def extras(self, queue: Survey) -> Extras:
        length = Length(KeyTextTransform("0", "payload"))
        return Extras(("length",), {"question_length": length}, in_table=1)

    def head(self, queue: Survey) -> str:
        return f"Greets with {queue.greeting}"

    def detail(self, queue: Survey, item: Any) -> str:
        return f"Asked as {queue.greeting} {item.payload[0]}"

    def create(self, *, user: Any, values: Mapping[str, Any]) -> Survey:
        questions = values["questions"]
        settings = {name: value for name, value in values.items() if name != "questions"}
        with transaction.atomic():
            survey = Survey.objects.create(kind=KIND, created_by=user, **settings)
            bulk_insert.replace_items(queue=survey, payloads=([question] for question in questions))
            bulk_insert.set_total(queue=survey, total=len(questions))
        survey.refresh_from_db()
        return survey

    def run(self, *, queue: Survey, user: Any, order: Mapping[str, Any]) -> None:
        queues.start(queue_id=queue.pk)

    def serializers(self) -> Any:
        from tests.third_kind.serializers import SERIALIZERS

        return SERIALIZERS
