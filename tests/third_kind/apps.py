from django.apps import AppConfig


class ThirdKindConfig(AppConfig):
    name = "tests.third_kind"
    label = "third_kind"

    def ready(self) -> None:
        from experiments.kinds import register_kind
        from tests.third_kind.kind import SurveyKind

        register_kind(SurveyKind())
