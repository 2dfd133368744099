from django.db import migrations


def lay_out(apps, schema_editor):
    """Give every stream a layout; the pages of streams that were there before look as they did."""
    layouts = apps.get_model("streams", "StageLayout").objects
    for stream in apps.get_model("streams", "Stream").objects.filter(layout=None):
        layouts.create(stream=stream, studio_id=stream.studio_id)


class Migration(migrations.Migration):

    dependencies = [
        ('streams', '0002_stage'),
    ]

    operations = [
        migrations.RunPython(lay_out, migrations.RunPython.noop, elidable=True),
    ]
