from django.db import migrations

CHUNK = 5000


def note_all(apps, schema_editor):
    """What notebooks tell of executions is read as they come in; those that came earlier are due once."""
    alive = apps.get_model("notebooks", "Notebook").objects.filter(deleted_at=None).order_by("pk")
    due = apps.get_model("execlogs", "Due")
    pks = list(alive.values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        due.objects.bulk_create(due(notebook_id=pk) for pk in pks[start : start + CHUNK])


class Migration(migrations.Migration):
    dependencies = [
        ("execlogs", "0004_places_sizes_and_what_was_let_go"),
        ("notebooks", "0001_initial"),
    ]

    operations = [migrations.RunPython(note_all, migrations.RunPython.noop, elidable=True)]
