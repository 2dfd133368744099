from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0001_squashed_0004_webhooks'),
    ]

    operations = [
        migrations.AddField(
            model_name='webhook',
            name='on_line_decided',
            field=models.BooleanField(default=False, help_text='Approved, edited, rejected, timed out, or taken back.', verbose_name='when a held line is decided on'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='on_line_held',
            field=models.BooleanField(default=False, verbose_name='when a line is held for approval'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='topic',
            field=models.CharField(choices=[('turn.ended', 'An answer ended'), ('state.changed', 'The state changed'), ('event.passed_over', 'An event was passed over'), ('line.held', 'A line was held for approval'), ('line.decided', 'A held line was decided on'), ('ping', 'A test')], max_length=20, verbose_name='about'),
        ),
    ]
