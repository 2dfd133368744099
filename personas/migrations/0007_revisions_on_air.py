"""The newest revision of each persona is the one on air; the others were."""

from django.db import migrations
from django.db.models import F, Max


def name_those_on_air(apps, schema_editor):
    revisions = apps.get_model("personas", "Revision").objects
    revisions.update(published_at=F("created_at"), published_by=F("created_by"))
    for newest in revisions.values("persona").annotate(newest=Max("number")).order_by():
        revisions.filter(persona=newest["persona"], number=newest["newest"]).update(state="published")


class Migration(migrations.Migration):
    dependencies = [("personas", "0006_revision_states")]

    operations = [migrations.RunPython(name_those_on_air, migrations.RunPython.noop)]
