from django.db import migrations, models


class Migration(migrations.Migration):
    """Experiments have a prompt template, and keep what is in their columns."""

    dependencies = [
        ('experiments', '0029_saved_views'),
    ]

    operations = [
        migrations.AddField(
            model_name='experiment',
            name='column_facts',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='[{empty, samples}] in file order.'),
        ),
        migrations.AddField(
            model_name='experiment',
            name='prompt_template',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
