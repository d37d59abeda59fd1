"""The JSON of experiments: what comes in is checked here for its shape, in the services for its sense."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from experiments.api.serializers.fields import ResponseFieldSerializer, ResponseFieldsField
from experiments.api.serializers.items import RowDetailSerializer, RowPageSerializer, RowSerializer
from experiments.api.serializers.queues import (
    QueueDraftSerializer,
    QueueSerializer,
    QueueSerializers,
    RangeSerializer,
)
from experiments.api.serializers.read_options import OptionsInForceSerializer, ReadOptionsSerializer
from experiments.core.json_numbers import ExactEncoder
from experiments.experiment_kind import datasets
from experiments.experiment_kind.choices import Change, ColumnRole, Rule, SchemaMode, Verdict
from experiments.response_schema.fields import shown_fields
from experiments.selectors import queues

SCHEMA_MODES = SchemaMode.values()
"""For the settings, which name this enumeration in the API's description."""


class DatasetColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    header = serializers.CharField()
    role = serializers.ChoiceField(ColumnRole.values())
    key = serializers.CharField(help_text="Of a system param: its path, dots nest.")


class ScoringSerializer(serializers.Serializer[Any]):
    rule = serializers.ChoiceField(Rule.values())
    field = serializers.CharField(allow_blank=True, help_text="Of the answer; empty: the whole answer.")
    absolute = serializers.FloatField(help_text="Tolerance of the numeric rule.")
    relative = serializers.FloatField(help_text="Tolerance as a share of the expected number.")


class ScoringDraftSerializer(serializers.Serializer[Any]):
    """Left out, the rule is normalised, the field is empty and the tolerances are 0."""

    rule = serializers.ChoiceField(Rule.values(), required=False)
    field = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    absolute = serializers.FloatField(required=False, allow_null=True)
    relative = serializers.FloatField(required=False, allow_null=True)


@extend_schema_field(ScoringDraftSerializer)
class ScoringField(serializers.DictField):
    """Checked by the service."""


class DatasetProblemSerializer(serializers.Serializer[Any]):
    """Something in the data set, with its place."""

    line = serializers.IntegerField(allow_null=True)
    column = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `field` is a name that serializers use themselves.
        return {**super().get_fields(), "field": serializers.CharField(allow_null=True)}


class ExperimentSerializer(QueueSerializer):
    columns = DatasetColumnSerializer(many=True)
    dataset_name = serializers.CharField()
    dataset_size = serializers.IntegerField(help_text="Items, however often each is run.")
    dataset_digest = serializers.CharField(
        help_text="The same where messages and params are; then they can be compared."
    )
    prompt_template = serializers.CharField(help_text="Empty: an item's message is sent as it is.")
    schema_mode = serializers.ChoiceField(SCHEMA_MODES)
    schema_json = serializers.DictField(allow_null=True)
    response_fields = ResponseFieldSerializer(many=True)
    scoring = ScoringSerializer()
    warnings = DatasetProblemSerializer(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        names = [name for name in self.get_fields() if name not in QueueSerializer().get_fields()]
        values = {**queues.queue_values(instance), **{name: getattr(instance, name) for name in names}}
        return {**values, "response_fields": shown_fields(instance.response_fields)}


class ExperimentDraftSerializer(QueueDraftSerializer):
    """`response_fields` or `schema_json` given make the mode `own`; both at once are a 400 where they differ.

    `network`: the network's schema, if any, is copied at the start.
    """

    dataset_name = serializers.CharField(required=False, allow_blank=True, max_length=255)
    prompt_template = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    schema_mode = serializers.ChoiceField(SCHEMA_MODES, required=False)
    response_fields = ResponseFieldsField(required=False)
    schema_json = serializers.DictField(required=False, allow_null=True)
    scoring = ScoringField(required=False)


class DatasetUploadSerializer(ReadOptionsSerializer):
    file = serializers.FileField(allow_empty_file=True)


class DatasetSerializer(serializers.Serializer[Any]):
    """`items` of the data set make `rows` of the queue, one for each iteration.

    After an upload with `options` and `rejects`: how many unreadable rows were left out. `warnings` lists the first.
    """

    items = serializers.IntegerField()
    rows = serializers.IntegerField()
    columns = DatasetColumnSerializer(many=True)
    encoding = serializers.CharField()
    delimiter = serializers.CharField(allow_null=True)
    options = OptionsInForceSerializer(required=False)
    rejects = serializers.IntegerField(required=False)
    warnings = DatasetProblemSerializer(many=True)


class NewItemSerializer(serializers.Serializer[Any]):
    user_message = serializers.CharField(trim_whitespace=False)
    expected = serializers.JSONField(
        required=False, allow_null=True, encoder=ExactEncoder, help_text="A text, or any JSON value."
    )
    system_params = serializers.DictField(required=False, allow_null=True)
    iterations = serializers.IntegerField(required=False, min_value=1, max_value=datasets.MAX_ITERATIONS)
    metadata = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `label` is a name that serializers use themselves.
        return {**super().get_fields(), "label": serializers.CharField(required=False, allow_blank=True)}


class ScoringChangeSerializer(serializers.Serializer[Any]):
    scoring = ScoringField()


class TallySerializer(serializers.Serializer[Any]):
    right = serializers.IntegerField()
    wrong = serializers.IntegerField()
    no_answer = serializers.IntegerField(help_text="Failed, or without the field: scored, and not right.")
    no_expectation = serializers.IntegerField(help_text="Not scored.")
    open = serializers.IntegerField(help_text="Not ended yet; not scored.")
    scored = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Right ones among those that are scored.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, Wilson's score interval: low, high."
    )


class LabelTallySerializer(TallySerializer):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"label": serializers.CharField(), **super().get_fields()}


class ConfusionSerializer(serializers.Serializer[Any]):
    choices = serializers.ListField(child=serializers.CharField())
    others = serializers.ListField(child=serializers.CharField(), help_text="Answered, and never expected.")
    counts = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="A row for each choice expected; in it choices, others, and last those without an answer.",
    )


class AgreementSerializer(serializers.Serializer[Any]):
    items = serializers.IntegerField(help_text="With at least two iterations that have ended.")
    unanimous = serializers.IntegerField()
    mean = serializers.FloatField(help_text="Over the items, of the share of the most frequent answer.")


class ScoreSerializer(serializers.Serializer[Any]):
    """As computed: only for the description."""

    scoring = ScoringSerializer()
    total = TallySerializer()
    labels = LabelTallySerializer(many=True)
    more_labels = serializers.IntegerField()
    confusion = ConfusionSerializer(allow_null=True)
    agreement = AgreementSerializer(allow_null=True)


class CompareQuerySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=1000, default=100)
    offset = serializers.IntegerField(required=False, min_value=0, default=0)
    change = serializers.ChoiceField(Change.values(), required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `with` is a word of Python's own.
        other = serializers.UUIDField(help_text="The other experiment.")
        return {"with": other, **super().get_fields()}


class RunOfItemSerializer(serializers.Serializer[Any]):
    row_index = serializers.IntegerField()
    answered = serializers.JSONField(allow_null=True)
    verdict = serializers.ChoiceField(Verdict.values())


class SideSerializer(serializers.Serializer[Any]):
    right = serializers.IntegerField()
    scored = serializers.IntegerField()
    verdict = serializers.ChoiceField(Verdict.values())
    runs = RunOfItemSerializer(many=True)


class PairSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    change = serializers.ChoiceField(Change.values())
    message = serializers.CharField()
    expected = serializers.CharField()
    expected_of_second = serializers.CharField()
    first = SideSerializer(allow_null=True)
    second = SideSerializer(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "label": serializers.CharField()}


class ComparedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    total = TallySerializer()


class ComparisonSerializer(serializers.Serializer[Any]):
    """As computed: only for the description. `chance`: how likely such changes are if neither is better."""

    first = ComparedSerializer()
    second = ComparedSerializer()
    counts = serializers.DictField(child=serializers.IntegerField())
    chance = serializers.FloatField(allow_null=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PairSerializer(many=True)


class JudgedRowSerializer(RowSerializer):
    """`verdict` and `answered` (what was compared) while what was expected is there."""

    verdict = serializers.ChoiceField(Verdict.values(), required=False)
    answered = serializers.JSONField(required=False)


class JudgedRowDetailSerializer(JudgedRowSerializer, RowDetailSerializer):
    pass


class JudgedRowPageSerializer(RowPageSerializer):
    results = JudgedRowSerializer(many=True)


SERIALIZERS = QueueSerializers(
    queue=ExperimentSerializer,
    row=JudgedRowSerializer,
    row_detail=JudgedRowDetailSerializer,
    row_page=JudgedRowPageSerializer,
    draft=ExperimentDraftSerializer,
    run=RangeSerializer,
)
