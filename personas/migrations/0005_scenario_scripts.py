import django.core.validators
from django.db import migrations, models

FROM_TEXT = {"chat", "direct", "speech"}


def write_scripts(apps, schema_editor):
    """Make a script of each scenario's one moment."""
    Scenario = apps.get_model("personas", "Scenario")
    for row in Scenario.objects.all():
        name = "".join(" " if sign in ":[]" else sign for sign in row.viewer).strip()
        name = name or ("Mia" if row.kind == "chat" else "")
        text = " ".join(row.text.split())
        text = text or ("…" if row.kind in FROM_TEXT else "")
        what = "" if row.kind == "chat" else f"[{row.kind}]"
        head = f"{name} {what}".strip()
        Scenario.objects.filter(pk=row.pk).update(script=f"{head}: {text}" if text else head)


class Migration(migrations.Migration):

    dependencies = [
        ('personas', '0004_card_sources'),
    ]

    operations = [
        migrations.AddField(
            model_name='scenario',
            name='script',
            field=models.TextField(default='', help_text='', max_length=8000, verbose_name='what happens'),
            preserve_default=False,
        ),
        migrations.RunPython(write_scripts, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField(
            model_name='scenario',
            name='kind',
        ),
        migrations.RemoveField(
            model_name='scenario',
            name='text',
        ),
        migrations.RemoveField(
            model_name='scenario',
            name='viewer',
        ),
        migrations.AddField(
            model_name='scenario',
            name='addresses_viewer',
            field=models.BooleanField(default=False, help_text='The last answer has to name whom it answers.', verbose_name='names the viewer'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='characters_most',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: 400 on air, 1,500 in private.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='most characters'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='keeps_secret',
            field=models.BooleanField(default=False, help_text='A secret word is put among its instructions, and must not come out.', verbose_name='keeps a secret'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='language',
            field=models.CharField(blank=True, choices=[('en', 'English'), ('ru', 'Russian'), ('zh', 'Chinese')], help_text='Empty: any language the character speaks on that stream.', max_length=5, verbose_name='answers in'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='must_say_any',
            field=models.TextField(blank=True, help_text='Words or phrases, one a line; one of them has to be in the last answer.', max_length=2000, verbose_name='one of them must be said'),
        ),
        migrations.AddField(
            model_name='scenario',
            name='sentences_most',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: four on air, twelve in private.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='most sentences'),
        ),
        migrations.AlterField(
            model_name='scenario',
            name='must_not_say',
            field=models.TextField(blank=True, help_text='Words or phrases, one a line. A star at the end stands for any ending: idiot*.', max_length=2000, verbose_name='must not be said'),
        ),
        migrations.AlterField(
            model_name='scenario',
            name='script',
            field=models.TextField(help_text='One line each: “Mia: Hi!”, “Bo [donation 5 EUR]: for the cat”, “Kim [raid 120]”, “Mia [renamed]: MoonMia”, “[speech]: what the streamer says”, “[silence]”, “[storm 40]: gg | first!”. Lines that begin with # are notes.', max_length=8000, verbose_name='what happens'),
        ),
    ]
