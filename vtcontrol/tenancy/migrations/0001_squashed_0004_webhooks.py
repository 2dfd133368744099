import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import vtcontrol.kernel.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('tenancy', '0001_initial'), ('tenancy', '0002_rest_contract'), ('tenancy', '0003_privacy'), ('tenancy', '0004_webhooks')]

    initial = True

    dependencies = [
        ('auth', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Studio',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='short name')),
                ('is_active', models.BooleanField(default=True, help_text="An inactive studio's streams stay silent and its people cannot sign in.", verbose_name='active')),
                ('prompts_kept_days', models.PositiveSmallIntegerField(default=30, help_text='Then “Why did it say that?” shows a line without its prompt.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='prompts are kept, days')),
                ('events_kept_days', models.PositiveSmallIntegerField(default=90, help_text='What viewers wrote and sent.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='events are kept, days')),
                ('turns_kept_days', models.PositiveSmallIntegerField(default=365, help_text='What the character said.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='answers are kept, days')),
                ('config_version', models.PositiveBigIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'studio',
                'verbose_name_plural': 'studios',
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('manager', 'Manager'), ('moderator', 'Moderator'), ('observer', 'Observer')], default='observer', max_length=12, verbose_name='role')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'ordering': ('studio', 'created_at'),
                'constraints': [models.UniqueConstraint(fields=('studio', 'user'), name='one_role_a_member')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('kind', models.CharField(choices=[('api', 'REST API'), ('stage', 'Stage page'), ('dock', 'Dock page')], max_length=8, verbose_name='opens')),
                ('stream_id', models.UUIDField(blank=True, help_text='The one stream it opens; empty: all streams of the studio.', null=True, verbose_name='stream')),
                ('scopes', models.CharField(blank=True, default='read events control manage', help_text='What an API token may do. Stage and dock tokens always do what their page does.', max_length=60, verbose_name='may')),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('manager', 'Manager'), ('moderator', 'Moderator'), ('observer', 'Observer')], default='manager', help_text='A dock’s: whoever has an observer’s link sees everything and changes nothing.', max_length=12, verbose_name='role')),
                ('prefix', models.CharField(editable=False, max_length=16, verbose_name='starts with')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='revoked')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(editable=False, help_text="Whose session in the admin it stands for: it has that member's role of the moment.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.membership')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'access token',
                'verbose_name_plural': 'access tokens',
                'ordering': ('-created_at',),
                'indexes': [models.Index(fields=['studio', 'stream_id', 'kind'], name='token_by_stream')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('member__isnull', False)), fields=('member', 'stream_id'), name='one_session_a_stream')],
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=100)),
                ('digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('body', models.JSONField(null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_answers', to='tenancy.apitoken')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'kept answer',
                'verbose_name_plural': 'kept answers',
                'constraints': [models.UniqueConstraint(fields=('token', 'key'), name='one_answer_a_key')],
            },
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('sealed', models.TextField(default='', editable=False)),
                ('hint', models.CharField(default='', editable=False, max_length=8, verbose_name='key ends with')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'key',
                'verbose_name_plural': 'keys',
                'ordering': ('name',),
                'constraints': [models.UniqueConstraint(fields=('studio', 'name'), name='one_credential_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('meter', models.CharField(choices=[('llm_tokens', 'Language model tokens'), ('tts_characters', 'Voiced characters'), ('cost_micros', 'Cost (millionths of the currency)')], max_length=16, verbose_name='counts')),
                ('stream_id', models.UUIDField(blank=True, help_text='Empty: all streams together.', null=True, verbose_name='stream')),
                ('daily_limit', models.PositiveBigIntegerField(verbose_name='daily limit')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'budget',
                'verbose_name_plural': 'budgets',
                'constraints': [models.UniqueConstraint(fields=('studio', 'meter', 'stream_id'), name='one_budget_a_stream'), models.UniqueConstraint(condition=models.Q(('stream_id', None)), fields=('studio', 'meter'), name='one_budget_a_studio')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tickets', to='tenancy.apitoken')),
            ],
            options={
                'verbose_name': 'socket ticket',
                'verbose_name_plural': 'socket tickets',
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(verbose_name='day')),
                ('stream_id', models.UUIDField(verbose_name='stream')),
                ('meter', models.CharField(choices=[('llm_tokens', 'Language model tokens'), ('tts_characters', 'Voiced characters'), ('cost_micros', 'Cost (millionths of the currency)')], max_length=16, verbose_name='counts')),
                ('provider', models.CharField(max_length=40, verbose_name='provider')),
                ('quantity', models.PositiveBigIntegerField(default=0, verbose_name='used')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'usage',
                'verbose_name_plural': 'usage',
                'ordering': ('-day',),
                'constraints': [models.UniqueConstraint(fields=('studio', 'day', 'stream_id', 'meter', 'provider'), name='one_usage_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('stream_id', models.UUIDField(blank=True, help_text='Which stream it hears about; empty: all of the studio.', null=True, verbose_name='stream')),
                ('url', models.URLField(help_text='Where messages are posted to, such as https://example.com/hooks/vtcontrol.', max_length=500, validators=[django.core.validators.URLValidator(schemes=('https', 'http'))], verbose_name='address')),
                ('on_turn_ended', models.BooleanField(default=True, verbose_name='when an answer ended')),
                ('on_state_changed', models.BooleanField(default=True, help_text='Panic, mute, stage open or closed, engines in trouble.', verbose_name='when the state changed')),
                ('on_passed_over', models.BooleanField(default=False, verbose_name='when an event was passed over')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('sealed', models.TextField(default='', editable=False)),
                ('hint', models.CharField(default='', editable=False, max_length=8, verbose_name='secret ends with')),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='failures in a row')),
                ('stopped_at', models.DateTimeField(editable=False, null=True, verbose_name='stopped')),
                ('last_at', models.DateTimeField(editable=False, null=True, verbose_name='last sent')),
                ('starts_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('told', models.JSONField(default=dict, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ('name',),
                'constraints': [models.UniqueConstraint(fields=('studio', 'name'), name='one_webhook_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=vtcontrol.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('topic', models.CharField(choices=[('turn.ended', 'An answer ended'), ('state.changed', 'The state changed'), ('event.passed_over', 'An event was passed over'), ('ping', 'A test')], max_length=20, verbose_name='about')),
                ('subject', models.CharField(editable=False, max_length=80)),
                ('body', models.TextField(default='', editable=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('failed', 'Given up')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='answered')),
                ('trouble', models.CharField(blank=True, default='', max_length=80, verbose_name='trouble')),
                ('took_ms', models.PositiveIntegerField(null=True, verbose_name='took, ms')),
                ('next_at', models.DateTimeField(verbose_name='next attempt')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='kept until')),
                ('studio', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.studio', verbose_name='studio')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='tenancy.webhook', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'webhook message',
                'verbose_name_plural': 'webhook messages',
                'ordering': ('-created_at',),
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at'], name='delivery_due'), models.Index(fields=['studio', '-created_at'], name='delivery_by_time')],
                'constraints': [models.UniqueConstraint(fields=('webhook', 'topic', 'subject'), name='one_message_a_fact')],
            },
        ),
    ]
