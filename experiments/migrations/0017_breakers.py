from django.db import migrations, models


class Migration(migrations.Migration):
    """Failures since the last success, by what counts together; what a pause is for; when 400 may pass, by default."""

    dependencies = [
        ('experiments', '0016_pace'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='queue',
            name='streak',
        ),
        migrations.RemoveField(
            model_name='queue',
            name='streak_group',
        ),
        migrations.AddField(
            model_name='queue',
            name='pause_count',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='How many there were in a row.'),
        ),
        migrations.AddField(
            model_name='queue',
            name='pause_error_code',
            field=models.CharField(blank=True, db_default='', default='', help_text='Of the failures that it is paused for.', max_length=32),
        ),
        migrations.AddField(
            model_name='queue',
            name='reach_tries',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='Pauses since the network could be reached last.'),
        ),
        migrations.AddField(
            model_name='queue',
            name='streaks',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, help_text='Failures since the last success, by what counts together.'),
        ),
        migrations.AlterField(
            model_name='network',
            name='transient_400',
            field=models.BooleanField(blank=True, help_text='Empty: where there is a configuration URL, which such runtimes have.', null=True),
        ),
    ]
