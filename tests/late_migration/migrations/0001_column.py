from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("experiments", "0022_audit")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE experiments_queueitem ADD COLUMN late integer",
            "ALTER TABLE experiments_queueitem DROP COLUMN late",
        )
    ]
