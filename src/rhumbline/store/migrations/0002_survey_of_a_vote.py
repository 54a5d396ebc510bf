from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="voted",
            name="survey",
            field=models.CharField(default="", max_length=80),
            preserve_default=False,
        )
    ]
