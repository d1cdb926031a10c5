from django.db import migrations


def place(apps, schema_editor):
    """Says of each adoption which notebook told it: the one that holds the adopted cell."""
    descent, cell = apps.get_model("lineage", "Descent"), apps.get_model("notebooks", "Cell")
    for edge in descent.objects.filter(space=None).iterator():
        holder = cell.objects.filter(meme=edge.child).select_related("notebook").order_by("pk").first()
        if holder:
            edge.notebook_id, edge.space_id = holder.notebook_id, holder.notebook.space_id
            edge.save(update_fields=["notebook", "space"])


class Migration(migrations.Migration):

    dependencies = [
        ("lineage", "0002_families_runs_and_basket"),
        ("notebooks", "0001_initial"),
    ]

    operations = [migrations.RunPython(place, migrations.RunPython.noop)]
