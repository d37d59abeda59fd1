import django.db.models.deletion
import experiments.core.choices
from django.conf import settings
from django.db import migrations, models


LANES_GO_WITH_THEIR_QUEUE = """
ALTER TABLE experiments_lane ADD CONSTRAINT experiments_lane_queue_id_cascade
FOREIGN KEY (queue_id) REFERENCES experiments_queue (id) ON DELETE CASCADE
"""
NO_CASCADE = "ALTER TABLE experiments_lane DROP CONSTRAINT experiments_lane_queue_id_cascade"
CLAIMS = """
INSERT INTO experiments_claim (item_id, queue_id, lease_id)
SELECT id, queue_id, lease_id FROM experiments_queueitem WHERE lease_id IS NOT NULL
"""
CLAIMS_BACK = """
UPDATE experiments_queueitem i SET lease_id = c.lease_id, lease_until = now()
FROM experiments_claim c WHERE i.id = c.item_id AND i.status = 'running'
"""
# A claim lives as long as a call: what is dead of them is soon more than what lives.
VACUUMED_OFTEN = """
ALTER TABLE experiments_claim SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000)
"""
DELAYED = "UPDATE experiments_queueitem SET delayed = TRUE WHERE status = 'queued' AND available_at > now()"


class Migration(migrations.Migration):
    """Leases of processes in the place of leases of rows; lanes are there while somebody is in them.

    Rows that an older worker had in flight have a lease that is in no table: the first sweep gives them back.
    """

    dependencies = [
        ("experiments", "0013_lease_ids"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel("Lane"),
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.SmallIntegerField(help_text='-1: where suspect rows are called, one at a time.')),
                ('wants', models.PositiveSmallIntegerField(default=0, help_text='Calls at a time that it could make now.')),
                ('served_at', models.DateTimeField(help_text='When it sent a row last, as far as others must know.', null=True)),
                ('seen_orders', models.PositiveIntegerField(default=0, help_text='Of the queue: the last that the lane follows.')),
                ('entered_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='NetworkShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slots', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='WorkerLease',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('cluster', models.UUIDField(help_text='The same for all processes of one worker.')),
                ('host', models.CharField(max_length=200)),
                ('pid', models.PositiveIntegerField()),
                ('beat_at', models.DateTimeField(help_text="When it was renewed last. All times are the database's.")),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='queueitem',
            name='item_lease_while_running',
        ),
        migrations.RemoveIndex(
            model_name='queueitem',
            name='item_claim',
        ),
        migrations.RemoveIndex(
            model_name='queueitem',
            name='item_suspect',
        ),
        migrations.RemoveIndex(
            model_name='queueitem',
            name='item_lease',
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('item', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='claim', serialize=False, to='experiments.queueitem')),
                ('lease', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='claims', to='experiments.workerlease')),
                ('queue', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='claims', to='experiments.queue')),
            ],
            options={'indexes': [models.Index(fields=['queue', 'lease'], name='claim_of_queue')]},
        ),
        migrations.RunSQL(CLAIMS, CLAIMS_BACK),
        migrations.RunSQL(VACUUMED_OFTEN, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='queueitem',
            name='lease_id',
        ),
        migrations.RemoveField(
            model_name='queueitem',
            name='lease_until',
        ),
        migrations.RemoveField(
            model_name='workerprocess',
            name='queue',
        ),
        migrations.AddField(
            model_name='network',
            name='held_until',
            field=models.DateTimeField(blank=True, help_text='Until then no row is called over it.', null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='orders',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='Goes up when a person pauses, cancels or sets a limit: workers then look.'),
        ),
        migrations.AddField(
            model_name='queue',
            name='abort_calls',
            field=models.BooleanField(db_default=False, default=False, help_text='While cancelled: calls in flight are aborted.'),
        ),
        migrations.AddField(
            model_name='queueitem',
            name='delayed',
            field=models.BooleanField(db_default=False, default=False, help_text='Queued, but not to be called before available_at.'),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('delayed', False), ('lost__lt', 2), ('status', experiments.core.choices.RowStatus['QUEUED'])), fields=['queue', 'row_index'], name='item_claim'),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('delayed', True), ('lost__lt', 2), ('status', experiments.core.choices.RowStatus['QUEUED'])), fields=['queue', 'available_at'], name='item_delayed'),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('lost__gte', 2), ('status', experiments.core.choices.RowStatus['QUEUED'])), fields=['queue', 'row_index'], name='item_suspect'),
        ),
        migrations.AddField(
            model_name='lane',
            name='network',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='experiments.network'),
        ),
        migrations.AddField(
            model_name='lane',
            name='queue',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='lanes', to='experiments.queue'),
        ),
        migrations.AddField(
            model_name='networkshare',
            name='network',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='shares', to='experiments.network'),
        ),
        migrations.AddIndex(
            model_name='workerlease',
            index=models.Index(fields=['until'], name='worker_lease_until'),
        ),
        migrations.AddField(
            model_name='networkshare',
            name='lease',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='shares', to='experiments.workerlease'),
        ),
        migrations.AddField(
            model_name='lane',
            name='lease',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='lanes', to='experiments.workerlease'),
        ),
        migrations.AddConstraint(
            model_name='networkshare',
            constraint=models.UniqueConstraint(fields=('network', 'lease'), name='network_share_unique'),
        ),
        migrations.AddIndex(
            model_name='lane',
            index=models.Index(fields=['network'], name='lane_network'),
        ),
        migrations.AddConstraint(
            model_name='lane',
            constraint=models.UniqueConstraint(fields=('queue', 'number'), name='lane_number_unique'),
        ),
        migrations.AlterField(
            model_name='run',
            name='network',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='experiments.network'),
        ),
        migrations.AlterField(
            model_name='run',
            name='owner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(LANES_GO_WITH_THEIR_QUEUE, NO_CASCADE),
        migrations.RunSQL(DELAYED, migrations.RunSQL.noop),
    ]
