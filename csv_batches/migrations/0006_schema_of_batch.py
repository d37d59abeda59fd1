from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('csv_batches', '0005_rejects'),
    ]

    operations = [
        migrations.AlterField(
            model_name='csvbatch',
            name='schema_mode',
            field=models.CharField(choices=[('update', 'Update'), ('keep', 'Keep'), ('batch', 'Batch')], default='update', max_length=8),
        ),
    ]
