from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("execlogs", "0002_index_people_hosts_and_statuses_by_space"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="execution",
            index=models.Index(
                fields=["meme", "-at", "space", "status", "ended_at"], name="execution_in_time_by_meme"
            ),
        ),
    ]
