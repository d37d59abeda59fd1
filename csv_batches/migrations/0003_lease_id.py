from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("csv_batches", "0002_uploads")]

    operations = [migrations.RenameField("upload", "token", "lease_id")]
