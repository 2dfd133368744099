import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import vtcontrol.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('relationships', '0001_initial'), ('relationships', '0002_muting'), ('relationships', '0003_privacy'), ('relationships', '0004_quiet_fields'), ('relationships', '0005_erasure_claim')]

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('personas', '0001_squashed_0009_asks_a_person'),
        ('tenancy', '0001_squashed_0004_webhooks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(max_length=32, verbose_name='platform')),
                ('platform_id', models.CharField(max_length=128, verbose_name='account id')),
                ('name', models.CharField(max_length=80, verbose_name='shown name')),
                ('named_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='called so since')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'identity',
                'verbose_name_plural': 'identities',
                'ordering': ('platform', 'name'),
                'constraints': [models.UniqueConstraint(fields=('studio', 'platform', 'platform_id'), name='one_viewer_an_account')],
            },
        ),
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_names', to='relationships.identity', verbose_name='identity')),
            ],
            options={
                'verbose_name': 'former name',
                'verbose_name_plural': 'former names',
                'ordering': ('-until',),
            },
        ),
        migrations.CreateModel(
            name='Viewer',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('notes', models.TextField(blank=True, help_text='The character knows these.', max_length=4000, verbose_name='notes')),
                ('never_mention', models.TextField(blank=True, help_text='Secrets, one a line. The character is not told, and a line that mentions one is not spoken.', max_length=2000, verbose_name='never mention')),
                ('avoid', models.TextField(blank=True, help_text='Topics, one a line. The character is told to leave them alone.', max_length=2000, verbose_name='steer clear of')),
                ('tags', models.JSONField(blank=True, default=list, verbose_name='tags')),
                ('is_ignored', models.BooleanField(default=False, help_text='The character never answers.', verbose_name='ignored')),
                ('ignored_until', models.DateTimeField(blank=True, help_text='Until then the character does not answer.', null=True, verbose_name='muted until')),
                ('has_opted_out', models.BooleanField(default=False, help_text='Nothing about this person is remembered.', verbose_name='opted out')),
                ('messages', models.PositiveIntegerField(default=0, editable=False, verbose_name='messages')),
                ('first_seen_at', models.DateTimeField(auto_now_add=True, verbose_name='first seen')),
                ('last_seen_at', models.DateTimeField(editable=False, null=True, verbose_name='last seen')),
                ('renamed_at', models.DateTimeField(editable=False, null=True, verbose_name='renamed')),
                ('merged_into', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='absorbed', to='relationships.viewer', verbose_name='is the same as')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'viewer',
                'verbose_name_plural': 'viewers',
                'ordering': ('name',),
                'indexes': [models.Index(fields=['studio', 'name'], name='viewer_by_name'), models.Index(fields=['studio', '-last_seen_at'], name='viewer_by_last_seen'), models.Index(fields=['studio', '-messages'], name='viewer_by_messages'), models.Index(condition=models.Q(('never_mention', ''), _negated=True), fields=['studio'], name='viewer_with_secrets')],
            },
        ),
        migrations.CreateModel(
            name='Relationship',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('affinity', models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(100.0)], verbose_name='affinity')),
                ('trust', models.FloatField(default=20.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(100.0)], verbose_name='trust')),
                ('familiarity', models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(100.0)], verbose_name='familiarity')),
                ('loyalty', models.FloatField(default=0.0, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(100.0)], verbose_name='loyalty')),
                ('warmth', models.FloatField(default=0.5, validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)], verbose_name='warmth')),
                ('warmth_at', models.DateTimeField(editable=False, null=True)),
                ('scars', models.PositiveSmallIntegerField(default=0, verbose_name='scars')),
                ('baseline', models.JSONField(editable=False, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('persona', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='personas.persona', verbose_name='persona')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('viewer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relationships', to='relationships.viewer', verbose_name='viewer')),
            ],
            options={
                'verbose_name': 'relationship',
                'verbose_name_plural': 'relationships',
                'ordering': ('-updated_at',),
                'constraints': [models.UniqueConstraint(fields=('viewer', 'persona'), name='one_bond_a_character')],
            },
        ),
        migrations.CreateModel(
            name='PrivatePage',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('expires_at', models.DateTimeField(db_index=True, editable=False)),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('viewer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='relationships.viewer', verbose_name='viewer')),
            ],
            options={
                'verbose_name': 'private page',
                'verbose_name_plural': 'private pages',
                'ordering': ('-expires_at',),
                'constraints': [models.UniqueConstraint(fields=('studio', 'digest'), name='one_private_page')],
            },
        ),
        migrations.AddField(
            model_name='identity',
            name='viewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='relationships.viewer', verbose_name='viewer'),
        ),
        migrations.CreateModel(
            name='ViewerMerge',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('team', 'The team'), ('code', "The viewer's own code")], default='team', max_length=8, verbose_name='on whose word')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='merged')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone')),
                ('identity_ids', models.JSONField(default=list, editable=False)),
                ('memory_ids', models.JSONField(default=list, editable=False)),
                ('before', models.JSONField(default=dict, editable=False)),
                ('after', models.JSONField(default=dict, editable=False)),
                ('absorbed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='relationships.viewer', verbose_name='is absorbed')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='relationships.viewer', verbose_name='stays')),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'merge of viewers',
                'verbose_name_plural': 'merges of viewers',
                'ordering': ('-made_at',),
            },
        ),
        migrations.CreateModel(
            name='AccessRecord',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('deed', models.CharField(choices=[('saw', 'Looked at'), ('changed', 'Changed'), ('deleted', 'Deleted'), ('merged', 'Merged'), ('split', 'Undid a merge'), ('exported', 'Exported'), ('erased', 'Erased'), ('imported', 'Imported')], max_length=10, verbose_name='did')),
                ('subject_id', models.UUIDField(null=True, verbose_name='viewer')),
                ('fields', models.JSONField(default=list, verbose_name='fields')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'access record',
                'verbose_name_plural': 'access records',
                'ordering': ('-at',),
                'indexes': [models.Index(fields=['studio', '-at'], name='access_by_time')],
            },
        ),
        migrations.CreateModel(
            name='LinkCode',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('expires_at', models.DateTimeField(db_index=True, editable=False)),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='relationships.identity', verbose_name='identity')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'linking code',
                'verbose_name_plural': 'linking codes',
                'ordering': ('-expires_at',),
                'constraints': [models.UniqueConstraint(fields=('studio', 'digest'), name='one_linking_code')],
            },
        ),
        migrations.CreateModel(
            name='PrivacyRequest',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('erase', 'Erase'), ('export', 'Export'), ('show', 'Show')], max_length=8, verbose_name='asked for')),
                ('origin', models.CharField(choices=[('chat', 'The viewer, in chat'), ('team', 'The team'), ('restore', 'A backup was restored')], max_length=8, verbose_name='asked by')),
                ('viewer_id', models.UUIDField(null=True, verbose_name='viewer')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'At work'), ('erased', 'Erased; the files are still to be rewritten'), ('done', 'Done'), ('failed', 'Failed; it is tried again')], default='waiting', max_length=8, verbose_name='state')),
                ('step', models.CharField(blank=True, max_length=60, verbose_name='step')),
                ('counts', models.JSONField(default=dict, verbose_name='rows')),
                ('sealed', models.TextField(default='', editable=False)),
                ('problem', models.CharField(blank=True, max_length=80, verbose_name='problem')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked')),
                ('claimed_at', models.DateTimeField(editable=False, null=True)),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('rewritten_at', models.DateTimeField(null=True, verbose_name='files rewritten')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'privacy request',
                'verbose_name_plural': 'privacy requests',
                'ordering': ('-asked_at',),
                'indexes': [models.Index(fields=['studio', '-asked_at'], name='privacy_request_by_time'), models.Index(condition=models.Q(('state__in', ('waiting', 'running', 'erased', 'failed'))), fields=['state'], name='privacy_request_open')],
            },
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('kind', models.CharField(choices=[('opted_out', 'Opted out'), ('erased', 'Erased'), ('readmitted', 'Opted in again')], max_length=12, verbose_name='kind')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='since')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'refusal',
                'verbose_name_plural': 'refusals',
                'ordering': ('-at',),
                'constraints': [models.UniqueConstraint(fields=('studio', 'digest'), name='one_refusal_an_account')],
            },
        ),
        migrations.CreateModel(
            name='Interaction',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.UUIDField(verbose_name='event')),
                ('broadcast_id', models.UUIDField(null=True, verbose_name='broadcast')),
                ('kind', models.CharField(max_length=16, verbose_name='kind')),
                ('amount', models.FloatField(editable=False, null=True, verbose_name='amount')),
                ('deltas', models.JSONField(default=dict, verbose_name='changes')),
                ('scars', models.SmallIntegerField(default=0, verbose_name='scars')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='interactions', to='relationships.relationship', verbose_name='relationship')),
            ],
            options={
                'verbose_name': 'interaction',
                'verbose_name_plural': 'interactions',
                'ordering': ('-at',),
                'indexes': [models.Index(fields=['relationship', '-at'], name='interaction_by_time')],
                'constraints': [models.UniqueConstraint(fields=('relationship', 'event_id'), name='one_entry_an_event')],
            },
        ),
    ]
