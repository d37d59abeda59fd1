"""Hard limits of queues. How long a queue has run is kept by the database: whatever changes a status, it is counted."""

from django.conf import settings
from django.db import migrations, models


CLOCK = """
CREATE FUNCTION experiments_queue_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.running_since IS NOT NULL THEN
        NEW.ran_before_s := OLD.ran_before_s + extract(epoch FROM clock_timestamp() - OLD.running_since)::float8;
    END IF;
    NEW.running_since := CASE WHEN NEW.status = 'running' THEN clock_timestamp() END;
    RETURN NEW;
END $$;
CREATE TRIGGER experiments_queue_clock BEFORE UPDATE OF status ON experiments_queue
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION experiments_queue_clock();
"""
NO_CLOCK = """
DROP TRIGGER experiments_queue_clock ON experiments_queue;
DROP FUNCTION experiments_queue_clock();
"""
RUNNING = "UPDATE experiments_queue SET running_since = clock_timestamp() WHERE status = 'running'"


class Migration(migrations.Migration):

    dependencies = [
        ('experiments', '0004_worker_processes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='queue',
            name='calls',
            field=models.PositiveBigIntegerField(default=0, help_text='Rows claimed to be called, each attempt anew.'),
        ),
        migrations.AddField(
            model_name='queue',
            name='max_calls',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='max_failures',
            field=models.PositiveIntegerField(blank=True, help_text='Pauses at so many failed rows.', null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='max_minutes',
            field=models.PositiveIntegerField(blank=True, help_text='Of running; pauses do not count.', null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='max_tokens',
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='queue',
            name='ran_before_s',
            field=models.FloatField(default=0, help_text='Seconds it ran up to its last stop. The database keeps it.'),
        ),
        migrations.AddField(
            model_name='queue',
            name='running_since',
            field=models.DateTimeField(blank=True, help_text='The database keeps it.', null=True),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('max_failures__isnull', True), ('max_failures__gte', 1), _connector='OR'), name='queue_max_failures_positive'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('max_calls__isnull', True), ('max_calls__gte', 1), _connector='OR'), name='queue_max_calls_positive'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('max_tokens__isnull', True), ('max_tokens__gte', 1), _connector='OR'), name='queue_max_tokens_positive'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('max_minutes__isnull', True), ('max_minutes__gte', 1), _connector='OR'), name='queue_max_minutes_positive'),
        ),
        migrations.RunSQL(RUNNING, migrations.RunSQL.noop),
        migrations.RunSQL(CLOCK, NO_CLOCK),
    ]
