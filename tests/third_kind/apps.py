from django.apps import AppConfig


class ThirdKindConfig(AppConfig):
    name = "tests.third_kind"
    label = "third_kind"

    def ready(self) -> None:
        from experiments import kinds
        from tests.third_kind import desk

        kinds.register(kinds.Kind(name=desk.KIND, label="Survey", plan=desk.plan, desk=desk.SurveyDesk()))
