from django.db import migrations, models


class Migration(migrations.Migration):
    """Where the model of a network is, and what endpoints refused."""

    dependencies = [
        ('experiments', '0018_answers_as_written'),
    ]

    operations = [
        migrations.CreateModel(
            name='EndpointDialect',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('dialect', models.JSONField()),
                ('learned_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='network',
            name='endpoint_settings',
            field=models.JSONField(blank=True, editable=False, help_text="Of its own endpoint, without credentials; empty: the site's.", null=True),
        ),
        migrations.AddField(
            model_name='network',
            name='sealed_endpoint',
            field=models.TextField(blank=True, editable=False),
        ),
    ]
