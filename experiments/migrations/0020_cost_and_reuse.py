import django.core.validators
import django.db.models.deletion
import experiments.core.choices
from django.conf import settings
from django.db import migrations, models


LEADS_GO_WITH_THEIR_ITEM = """
ALTER TABLE experiments_lead ADD CONSTRAINT experiments_lead_item_id_cascade
FOREIGN KEY (item_id) REFERENCES experiments_queueitem (id) ON DELETE CASCADE
"""
NO_CASCADE = "ALTER TABLE experiments_lead DROP CONSTRAINT experiments_lead_item_id_cascade"


class Migration(migrations.Migration):
    """What rows cost, and which of them are called for others that ask the same."""

    dependencies = [
        ('experiments', '0019_network_endpoints'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('item', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='lead', serialize=False, to='experiments.queueitem')),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('version', models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.AddField(
            model_name='agent',
            name='price_input',
            field=models.DecimalField(blank=True, decimal_places=6, help_text="For a million tokens of its model; empty: the network's price.", max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='agent',
            name='price_output',
            field=models.DecimalField(blank=True, decimal_places=6, help_text="For a million tokens of its model; empty: the network's price.", max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='network',
            name='currency',
            field=models.CharField(db_default='USD', default='USD', help_text='Of its prices, and of what the network itself says that a run cost: a code such as USD.', max_length=3, validators=[django.core.validators.RegexValidator('[A-Z]{3}\\Z', 'Give a code of three capital letters, such as USD or EUR.')]),
        ),
        migrations.AddField(
            model_name='network',
            name='price_input',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='For a million tokens that go in; empty: not known.', max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='network',
            name='price_output',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='For a million tokens that come out; empty: not known.', max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='queue',
            name='cost',
            field=models.DecimalField(blank=True, decimal_places=12, help_text="Of all calls, failed and repeated ones too, in the network's currency; empty: of none known.", max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='input_tokens',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='queue',
            name='max_cost',
            field=models.DecimalField(blank=True, decimal_places=12, help_text="In the network's currency.", max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='output_tokens',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='queue',
            name='reuse',
            field=models.CharField(choices=[('none', 'None'), ('batch', 'Batch'), ('network', 'Network')], db_default=experiments.core.choices.Reuse['NONE'], default=experiments.core.choices.Reuse['NONE'], help_text='Whether identical rows are called once: of this queue, or also those of earlier ones.', max_length=8),
        ),
        migrations.AddField(
            model_name='queue',
            name='reused',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='Rows that succeeded with the answer of an identical row, without a call.'),
        ),
        migrations.AddField(
            model_name='queueitem',
            name='cost',
            field=models.DecimalField(blank=True, decimal_places=12, help_text="Of all its calls, those before a person's retry too; empty: of none known.", max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='queueitem',
            name='input_tokens',
            field=models.BigIntegerField(blank=True, help_text='Of all its calls; empty: of none known.', null=True),
        ),
        migrations.AddField(
            model_name='queueitem',
            name='output_tokens',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='queueitem',
            name='reused_from',
            field=models.JSONField(blank=True, help_text='{queue, row_index} of the row whose answer it has.', null=True),
        ),
        migrations.AddField(
            model_name='queueitem',
            name='waits_for',
            field=models.BinaryField(blank=True, help_text='Of a queued row: the fingerprint that another is called for.', max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='cost',
            field=models.DecimalField(blank=True, decimal_places=12, help_text="In the network's currency; empty: not known.", max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='input_tokens',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='output_tokens',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('waits_for__isnull', False)), fields=['queue', 'waits_for', 'row_index'], name='item_waits_for'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('max_cost__isnull', True), ('max_cost__gt', 0), _connector='OR'), name='queue_max_cost_positive'),
        ),
        migrations.AddField(
            model_name='lead',
            name='queue',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='leads', to='experiments.queue'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['fingerprint'], name='lead_fingerprint'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(fields=('queue', 'fingerprint'), name='lead_of_queue'),
        ),
        migrations.RunSQL(LEADS_GO_WITH_THEIR_ITEM, NO_CASCADE),
    ]
