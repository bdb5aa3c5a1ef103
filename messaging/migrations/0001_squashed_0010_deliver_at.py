import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import encrypted_fields.fields
import uuid
from django.conf import settings
from django.db import migrations, models
from padawanforge.kit.create_models import CreateModels


# Small lists to begin with; the console has the rest.
WORDS = {
    ("severe", "en"): "kys nigger faggot kike paki tranny",
    ("severe", "de"): "kanake neger judensau hurensohn",
    ("mild", "en"): "shit bullshit fuck fucking fucker bitch asshole bastard dickhead wanker twat",
    ("mild", "de"): "scheiße arschloch wichser fick ficken schlampe fotze",
    ("good_domain", ""): "wikipedia.org wikimedia.org wiktionary.org khanacademy.org nasa.gov",
}


def write(apps, schema_editor):
    listed = apps.get_model("messaging", "ListedWord")
    for (name, language), words in WORDS.items():
        listed.objects.bulk_create(
            [listed(list=name, language=language, word=word) for word in words.split()],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):

    # All tables at once where there are none; a database that began with the single steps goes on with them.
    replaces = [('messaging', '0001_initial'), ('messaging', '0002_notification'), ('messaging', '0003_moderation'), ('messaging', '0004_starter_words'), ('messaging', '0005_message_changes'), ('messaging', '0006_replies_and_reactions'), ('messaging', '0007_conversations'), ('messaging', '0008_what_hangs_on_messages'), ('messaging', '0009_roots_of_threads'), ('messaging', '0010_deliver_at')]

    initial = True

    dependencies = [
        ('npcs', '0001_squashed_0010_rated_answers_by_character'),
        ('players', '0009_ways_of_news'),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='Channel',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('kind', models.CharField(help_text='Registered in messaging.kinds.', max_length=20)),
                        ('last_seq', models.PositiveBigIntegerField(default=0, editable=False)),
                        ('log_epoch', models.UUIDField(default=uuid.uuid4, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Message',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField(validators=[django.core.validators.MaxLengthValidator(4000)])),
                        ('metadata', models.JSONField(blank=True, default=dict)),
                        ('hidden_at', models.DateTimeField(editable=False, null=True)),
                        ('deleted_at', models.DateTimeField(blank=True, null=True)),
                        ('seq', models.PositiveBigIntegerField()),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('type', models.CharField(choices=[('text', 'Text'), ('npc', 'Character'), ('system', 'System')], default='text', max_length=10)),
                        ('client_id', models.UUIDField(editable=False, null=True)),
                        ('sent_at', models.DateTimeField(auto_now_add=True)),
                        ('rev', models.PositiveIntegerField(default=0)),
                        ('edited_at', models.DateTimeField(blank=True, null=True)),
                        ('deletion_reason', models.CharField(blank=True, max_length=300)),
                        ('thread_depth', models.PositiveIntegerField(default=0)),
                        ('pinned_at', models.DateTimeField(blank=True, null=True)),
                        ('subject', models.CharField(blank=True, max_length=120)),
                        ('priority', models.CharField(choices=[('low', 'Low'), ('normal', 'Normal'), ('high', 'High'), ('urgent', 'Urgent')], default='normal', max_length=8)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('reaction_counts', models.JSONField(blank=True, default=list)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='messaging.channel')),
                        ('deleted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('npc', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='npcs.npc')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answered_by', to='messaging.message')),
                        ('pinned_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('player', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to=settings.AUTH_USER_MODEL)),
                        ('root', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='thread', to='messaging.message')),
                        ('whisper_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='whispers', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('root__isnull', False)), fields=['root', 'seq'], name='messaging_message_thread'), models.Index(condition=models.Q(('pinned_at__isnull', False)), fields=['channel', '-pinned_at'], name='messaging_message_pins'), models.Index(fields=['channel', 'sent_at', 'seq'], name='messaging_message_by_date'), models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='messaging_message_expiry')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('whisper_to', None), ('type', 'text'), _connector='OR'), name='messaging_whispers_are_of_players'), models.UniqueConstraint(fields=('channel', 'seq'), name='messaging_message_seq'), models.UniqueConstraint(fields=('player', 'client_id'), name='messaging_message_client_id'), models.CheckConstraint(condition=models.Q(models.Q(('npc', None), ('player__isnull', False), ('type', 'text')), models.Q(('npc__isnull', False), ('player', None), ('type', 'npc')), models.Q(('npc', None), ('player', None), ('type', 'system')), _connector='OR'), name='messaging_message_author_fits_type')],
                    },
                ),
                migrations.CreateModel(
                    name='PollOption',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField()),
                        ('text', models.CharField(max_length=120)),
                        ('is_right', models.BooleanField(blank=True, null=True)),
                        ('poll', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='messaging.poll')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('poll', 'position'), name='messaging_poll_option_place')],
                    },
                ),
                migrations.CreateModel(
                    name='Announcement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', editable=False, max_length=10)),
                        ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                        ('queued_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('lease_until', models.DateTimeField(editable=False, null=True)),
                        ('last_error', models.TextField(blank=True, editable=False)),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('title', models.CharField(max_length=120)),
                        ('text', models.TextField(blank=True, help_text='Markdown.', validators=[django.core.validators.MaxLengthValidator(4000)])),
                        ('type', models.CharField(choices=[('info', 'Information'), ('event', 'Event'), ('maintenance', 'Maintenance'), ('warning', 'Warning')], default='info', max_length=12)),
                        ('priority', models.CharField(choices=[('low', 'Low'), ('normal', 'Normal'), ('high', 'High'), ('urgent', 'Urgent')], default='normal', max_length=8)),
                        ('audience', models.CharField(choices=[('everybody', 'Everybody, guests too'), ('players', 'Everybody with an account'), ('role', 'Those with a role'), ('channel', 'The members of a room')], default='players', max_length=10)),
                        ('role', models.CharField(blank=True, choices=[('guest', 'Guest'), ('padawan', 'Padawan'), ('game_master', 'Game Master'), ('guild_leader', 'Guild Leader'), ('system_admin', 'System Admin')], max_length=20)),
                        ('shows_banner', models.BooleanField(default=True, verbose_name='a line on top of every page')),
                        ('sends_notification', models.BooleanField(default=True, verbose_name='a notification')),
                        ('is_dismissible', models.BooleanField(default=True, verbose_name='can be put away')),
                        ('needs_acknowledgement', models.BooleanField(default=False, verbose_name='people say that they have read it')),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('recurrence', models.CharField(blank=True, choices=[('', 'Once'), ('daily', 'Every day'), ('weekly', 'Every week')], default='', max_length=8)),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('told_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='announcements', to='messaging.channel')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['withdrawn_at', 'starts_at', 'ends_at'], name='messaging_announcement_now')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='messaging_announcement_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('audience', 'role'), _negated=True), models.Q(('role', ''), _negated=True), _connector='OR'), name='messaging_announcement_role_fits'), models.CheckConstraint(condition=models.Q(models.Q(('audience', 'channel'), _negated=True), ('channel__isnull', False), _connector='OR'), name='messaging_announcement_channel_fits')],
                    },
                ),
                migrations.CreateModel(
                    name='ChannelMember',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('owner', 'Owner'), ('co_owner', 'Co-owner'), ('moderator', 'Moderator'), ('member', 'Member')], default='member', max_length=10)),
                        ('read_seq', models.PositiveBigIntegerField(default=0)),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                        ('delivered_seq', models.PositiveBigIntegerField(default=0)),
                        ('notify', models.CharField(blank=True, choices=[('', 'As the room says'), ('all', 'Every message'), ('mentions', 'Mentions only'), ('nothing', 'Nothing')], default='', max_length=10)),
                        ('joined_at', models.DateTimeField(auto_now_add=True)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='messaging.channel')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channel_memberships', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['channel', 'joined_at', 'id'], name='messaging_member_list')],
                        'constraints': [models.UniqueConstraint(fields=('channel', 'player'), name='messaging_member_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Conversation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('pair', models.CharField(blank=True, editable=False, max_length=50)),
                        ('title', models.CharField(blank=True, max_length=80)),
                        ('created_at', models.DateTimeField()),
                        ('channel', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='conversation', to='messaging.channel')),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['created_by', 'created_at'], name='messaging_conversation_pace')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('pair', ''), _negated=True), fields=('pair',), name='messaging_conversation_pair')],
                    },
                ),
                migrations.CreateModel(
                    name='DirectState',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('standing', models.CharField(choices=[('request', 'Waits for an answer'), ('open', 'Open'), ('declined', 'Declined')], default='open', max_length=10)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('archived_at', models.DateTimeField(blank=True, null=True)),
                        ('muted_at', models.DateTimeField(blank=True, null=True)),
                        ('deleted_seq', models.PositiveBigIntegerField(default=0)),
                        ('last_at', models.DateTimeField()),
                        ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='messaging.conversation')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='direct_states', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['player', 'standing', '-last_at', '-id'], name='messaging_direct_inbox')],
                        'constraints': [models.UniqueConstraint(fields=('conversation', 'player'), name='messaging_direct_once'), models.CheckConstraint(condition=models.Q(models.Q(('standing', 'declined'), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='messaging_direct_declined_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='ListedWord',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('list', models.CharField(choices=[('severe', 'Severe word'), ('mild', 'Mild word'), ('allowed', 'Allowed word'), ('bad_domain', 'Refused site'), ('good_domain', 'Allowed site')], max_length=12)),
                        ('language', models.CharField(blank=True, help_text='Such as en or de; empty: any. For you only: all lists hold.', max_length=8)),
                        ('word', models.CharField(help_text='One word, or a site such as example.org.', max_length=80)),
                        ('note', models.CharField(blank=True, max_length=200)),
                        ('is_active', models.BooleanField(default=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'ordering': ['list', 'language', 'word'],
                        'constraints': [models.UniqueConstraint(fields=('list', 'language', 'word'), name='messaging_word_once')],
                    },
                ),
                migrations.CreateModel(
                    name='LiveConnection',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('connection', models.UUIDField()),
                        ('state', models.CharField(choices=[('active', 'Active'), ('idle', 'Idle'), ('hidden', 'In the background')], default='active', max_length=10)),
                        ('expires_at', models.DateTimeField(db_index=True)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connections', to='messaging.channel')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('channel', 'connection'), name='messaging_connection_once_per_channel')],
                    },
                ),
                migrations.CreateModel(
                    name='Poll',
                    fields=[
                        ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='poll', serialize=False, to='messaging.message')),
                        ('question', models.CharField(max_length=300)),
                        ('is_multiple', models.BooleanField(default=False, verbose_name='several answers')),
                        ('is_anonymous', models.BooleanField(default=True, verbose_name='nobody sees who chose what')),
                        ('closes_at', models.DateTimeField(blank=True, null=True)),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('explanation', models.CharField(blank=True, max_length=1000)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('closed_at', None)), fields=['closes_at'], name='messaging_poll_closing')],
                    },
                ),
                migrations.CreateModel(
                    name='HiddenMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('hidden_at', models.DateTimeField(auto_now_add=True)),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hidden_for', to='messaging.message')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('player', 'message'), name='messaging_hidden_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Draft',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField(validators=[django.core.validators.MaxLengthValidator(4000)])),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='messaging.channel')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.message')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('parent', None)), fields=('player', 'channel'), name='messaging_draft_once'), models.UniqueConstraint(condition=models.Q(('parent__isnull', False)), fields=('player', 'parent'), name='messaging_draft_reply_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ChannelEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('seq', models.PositiveBigIntegerField()),
                        ('type', models.CharField(max_length=40)),
                        ('payload', models.JSONField(default=dict)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='messaging.channel')),
                        ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='events', to='messaging.message')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('channel', 'seq'), name='messaging_event_seq')],
                    },
                ),
                migrations.CreateModel(
                    name='Case',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('subject_type', models.CharField(choices=[('message', 'Message'), ('player', 'Player'), ('room', 'Room')], max_length=8)),
                        ('subject_id', models.UUIDField()),
                        ('snapshot', models.JSONField(default=dict)),
                        ('category', models.CharField(choices=[('spam', 'Spam or advertising'), ('insult', 'Insults or bullying'), ('hate', 'Hate'), ('sexual', 'Sexual content'), ('violence', 'Threats or violence'), ('self_harm', 'Self-harm: somebody may be in danger'), ('child_safety', 'The safety of a child'), ('privacy', "Somebody's personal information"), ('cheating', 'Cheating'), ('other', 'Something else')], max_length=16)),
                        ('is_urgent', models.BooleanField(default=False)),
                        ('is_confidential', models.BooleanField(default=False)),
                        ('weight', models.FloatField(default=0)),
                        ('heaviest', models.FloatField(default=0)),
                        ('report_count', models.PositiveIntegerField(default=0)),
                        ('state', models.CharField(choices=[('open', 'Waits'), ('upheld', 'Upheld'), ('dismissed', 'Dismissed')], default='open', max_length=10)),
                        ('opened_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('outcome', models.CharField(blank=True, max_length=300)),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('target', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases_about', to=settings.AUTH_USER_MODEL)),
                        ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='messaging.channel')),
                        ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='messaging.message')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['state', '-is_urgent', '-weight', 'id'], name='messaging_case_queue')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('subject_type', 'subject_id'), name='messaging_case_open_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='messaging_case_decided_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='Attachment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('position', models.PositiveSmallIntegerField(default=0)),
                        ('state', models.CharField(choices=[('uploading', 'Being sent'), ('checking', 'Being looked at'), ('ready', 'Ready'), ('refused', 'Refused')], default='uploading', max_length=10)),
                        ('kind', models.CharField(choices=[('image', 'Picture'), ('file', 'File')], default='file', max_length=8)),
                        ('name', models.CharField(max_length=120)),
                        ('alt', models.CharField(blank=True, max_length=300)),
                        ('content_type', models.CharField(blank=True, max_length=100)),
                        ('size', models.PositiveBigIntegerField(default=0)),
                        ('received', models.PositiveBigIntegerField(default=0)),
                        ('sha256', models.CharField(blank=True, db_index=True, max_length=64)),
                        ('width', models.PositiveIntegerField(blank=True, null=True)),
                        ('height', models.PositiveIntegerField(blank=True, null=True)),
                        ('file', models.CharField(blank=True, max_length=200)),
                        ('preview', models.CharField(blank=True, max_length=200)),
                        ('problem', models.CharField(blank=True, max_length=200)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to=settings.AUTH_USER_MODEL)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='messaging.channel')),
                        ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='messaging.message')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['message', 'position'], name='messaging_attachment_order'), models.Index(fields=['expires_at'], name='messaging_attachment_expiry'), models.Index(fields=['channel', '-id'], name='messaging_attachment_board')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('received__lte', models.F('size'))), name='messaging_attachment_received_within_size'), models.CheckConstraint(condition=models.Q(('message', None), ('state', 'ready'), ('state', 'refused'), _connector='OR'), name='messaging_attachment_sent_when_ready')],
                    },
                ),
                migrations.CreateModel(
                    name='MessageMention',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('player', 'A player'), ('npc', 'A character'), ('here', 'Everybody here')], max_length=8)),
                        ('start', models.PositiveSmallIntegerField()),
                        ('length', models.PositiveSmallIntegerField()),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='messaging.message')),
                        ('npc', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='npcs.npc')),
                        ('player', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['player', '-id'], name='messaging_mention_mine')],
                        'constraints': [models.UniqueConstraint(fields=('message', 'start'), name='messaging_mention_place'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'player'), ('npc', None), ('player__isnull', False)), models.Q(('kind', 'npc'), ('npc__isnull', False), ('player', None)), models.Q(('kind', 'here'), ('npc', None), ('player', None)), _connector='OR'), name='messaging_mention_target_fits_kind')],
                    },
                ),
                migrations.CreateModel(
                    name='MessageReaction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('emoji', models.CharField(max_length=16)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='messaging.message')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('message', 'player', 'emoji'), name='messaging_reaction_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MessageRevision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rev', models.PositiveIntegerField()),
                        ('text', models.TextField()),
                        ('replaced_at', models.DateTimeField(db_index=True)),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='messaging.message')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('message', 'rev'), name='messaging_revision_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Notification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('category', models.CharField(choices=[('friend', 'Friends: requests and answers'), ('mention', 'Somebody mentions me'), ('message', 'Messages to me'), ('room', 'My rooms'), ('session', 'Quiz sessions'), ('achievement', 'Achievements'), ('level', 'New levels'), ('streak', 'Day streak'), ('announcement', 'Announcements'), ('system', 'My account and my data')], max_length=20)),
                        ('subcategory', models.CharField(blank=True, max_length=40)),
                        ('notification_type', models.CharField(choices=[('info', 'Information'), ('success', 'Success'), ('warning', 'Warning'), ('error', 'Error'), ('achievement', 'Achievement')], default='info', max_length=12)),
                        ('priority', models.CharField(choices=[('low', 'Low'), ('normal', 'Normal'), ('high', 'High'), ('urgent', 'Urgent')], default='normal', max_length=8)),
                        ('title', models.CharField(max_length=200)),
                        ('message', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(1000)])),
                        ('action_url', models.CharField(blank=True, max_length=500)),
                        ('action_label', models.CharField(blank=True, max_length=60)),
                        ('action_data', models.JSONField(blank=True, default=dict)),
                        ('metadata', models.JSONField(blank=True, default=dict)),
                        ('source', models.CharField(blank=True, max_length=40, verbose_name='part of the game that tells it')),
                        ('related_entity_type', models.CharField(blank=True, max_length=40)),
                        ('related_entity_id', models.CharField(blank=True, max_length=64)),
                        ('key', models.CharField(blank=True, max_length=120)),
                        ('times', models.PositiveIntegerField(default=1)),
                        ('is_read', models.BooleanField(default=False)),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                        ('is_dismissed', models.BooleanField(default=False)),
                        ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                        ('delivery_method', models.CharField(choices=[('in_app', 'On the pages'), ('email', 'By e-mail'), ('push', 'By push'), ('sms', 'By text message')], default='in_app', max_length=8)),
                        ('delivery_status', models.CharField(choices=[('delivered', 'Delivered'), ('pending', 'On its way'), ('delayed', 'Waits for the end of the quiet hours'), ('failed', 'Failed')], default='delivered', max_length=12)),
                        ('delivery_attempts', models.PositiveSmallIntegerField(default=0)),
                        ('delivery_error', models.CharField(blank=True, max_length=300)),
                        ('deliver_at', models.DateTimeField(blank=True, null=True)),
                        ('digested_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('told_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('is_dismissed', False)), fields=['recipient', '-told_at', '-id'], name='messaging_notification_list'), models.Index(condition=models.Q(('is_dismissed', False), ('is_read', False)), fields=['recipient'], name='messaging_notification_unread'), models.Index(fields=['expires_at'], name='messaging_notification_expiry'), models.Index(fields=['related_entity_type', 'related_entity_id'], name='messaging_notification_about'), models.Index(condition=models.Q(('deliver_at__isnull', False)), fields=['deliver_at'], name='messaging_notification_owed')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('is_dismissed', False), ('is_read', False), models.Q(('key', ''), _negated=True)), fields=('recipient', 'key'), name='messaging_notification_once_while_unread'), models.CheckConstraint(condition=models.Q(models.Q(('is_read', False), ('read_at', None)), models.Q(('is_read', True), ('read_at__isnull', False)), _connector='OR'), name='messaging_notification_read_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('dismissed_at', None), ('is_dismissed', False)), models.Q(('dismissed_at__isnull', False), ('is_dismissed', True)), _connector='OR'), name='messaging_notification_dismissed_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='PollVote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voted_at', models.DateTimeField()),
                        ('option', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='messaging.polloption')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='poll_votes', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('option', 'player'), name='messaging_poll_vote_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PushSubscription',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('endpoint', models.CharField(max_length=1000)),
                        ('endpoint_hash', models.CharField(editable=False, max_length=64, unique=True)),
                        ('p256dh', models.CharField(max_length=200)),
                        ('auth', encrypted_fields.fields.EncryptedTextField()),
                        ('browser', models.CharField(blank=True, max_length=120)),
                        ('failures', models.PositiveSmallIntegerField(default=0)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='push_subscriptions', to=settings.AUTH_USER_MODEL)),
                    ],
                ),
                migrations.CreateModel(
                    name='Refusal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rule', models.CharField(max_length=40)),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('created_at', models.DateTimeField()),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.channel')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['player', 'channel', 'created_at'], name='messaging_refusal_recent'), models.Index(fields=['created_at'], name='messaging_refusal_expiry')],
                    },
                ),
                migrations.CreateModel(
                    name='Report',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('category', models.CharField(choices=[('spam', 'Spam or advertising'), ('insult', 'Insults or bullying'), ('hate', 'Hate'), ('sexual', 'Sexual content'), ('violence', 'Threats or violence'), ('self_harm', 'Self-harm: somebody may be in danger'), ('child_safety', 'The safety of a child'), ('privacy', "Somebody's personal information"), ('cheating', 'Cheating'), ('other', 'Something else')], max_length=16)),
                        ('text', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(1000)])),
                        ('weight', models.FloatField(default=0)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='messaging.case')),
                        ('reporter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports_made', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['reporter', '-id'], name='messaging_report_record')],
                        'constraints': [models.UniqueConstraint(fields=('case', 'reporter'), name='messaging_report_once_per_case')],
                    },
                ),
                migrations.CreateModel(
                    name='Sanction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('scope', models.CharField(choices=[('site', 'Everywhere'), ('room', 'One room')], max_length=8)),
                        ('kind', models.CharField(choices=[('warning', 'Warning'), ('mute', 'Mute: may read, not write'), ('timeout', 'Timeout: may read, not write or take part'), ('kick', 'Removed from the room; may return'), ('ban', 'Ban'), ('restrict', 'Messages wait for a review')], max_length=10)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('reason_code', models.CharField(choices=[('spam', 'Spam or advertising'), ('insult', 'Insults or bullying'), ('hate', 'Hate'), ('sexual', 'Sexual content'), ('violence', 'Threats or violence'), ('self_harm', 'Self-harm: somebody may be in danger'), ('child_safety', 'The safety of a child'), ('privacy', "Somebody's personal information"), ('cheating', 'Cheating'), ('other', 'Something else')], default='other', max_length=16, verbose_name='reason')),
                        ('text_to_target', models.TextField(validators=[django.core.validators.MaxLengthValidator(500)], verbose_name='what the player reads')),
                        ('note_internal', models.TextField(blank=True, verbose_name='note for the staff')),
                        ('rule', models.CharField(blank=True, help_text='Which automatic rule.', max_length=40)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sanctions', to='messaging.case')),
                        ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sanctions', to='messaging.channel')),
                        ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('site_ban', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sanction', to='players.siteban')),
                        ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sanctions', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['target', 'revoked_at', 'ends_at'], name='messaging_sanction_in_force'), models.Index(fields=['target', '-starts_at'], name='messaging_sanction_list')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('channel', None), ('scope', 'site')), models.Q(('channel__isnull', False), ('scope', 'room')), _connector='OR'), name='messaging_sanction_room_has_channel'), models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='messaging_sanction_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Appeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField(validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='why it should be lifted')),
                        ('state', models.CharField(choices=[('open', 'Waits for a decision'), ('upheld', 'The measure stays'), ('reduced', 'The measure ends sooner'), ('lifted', 'The measure was lifted')], default='open', max_length=8)),
                        ('answer', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(1000)], verbose_name='what the player reads')),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('sanction', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='messaging.sanction')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['state', 'created_at'], name='messaging_appeal_queue')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='messaging_appeal_decided_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('note', models.CharField(blank=True, max_length=200)),
                        ('remind_at', models.DateTimeField(blank=True, null=True)),
                        ('saved_at', models.DateTimeField(auto_now_add=True)),
                        ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_by', to='messaging.message')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_messages', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['player', '-saved_at', '-id'], name='messaging_saved_list'), models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='messaging_saved_reminder')],
                        'constraints': [models.UniqueConstraint(fields=('player', 'message'), name='messaging_saved_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ScheduledMessage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', editable=False, max_length=10)),
                        ('attempts', models.PositiveSmallIntegerField(default=0, editable=False)),
                        ('queued_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('lease_until', models.DateTimeField(editable=False, null=True)),
                        ('last_error', models.TextField(blank=True, editable=False)),
                        ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('client_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                        ('text', models.TextField(validators=[django.core.validators.MaxLengthValidator(4000)])),
                        ('due_at', models.DateTimeField()),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scheduled_messages', to='messaging.channel')),
                        ('message', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='messaging.message')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scheduled_messages', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['state', 'due_at'], name='messaging_scheduled_due'), models.Index(fields=['player', 'due_at', 'id'], name='messaging_scheduled_mine')],
                    },
                ),
                migrations.CreateModel(
                    name='ThreadFollow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('is_on', models.BooleanField(default=True)),
                        ('read_seq', models.PositiveBigIntegerField(default=0)),
                        ('since', models.DateTimeField(auto_now_add=True)),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followed_threads', to=settings.AUTH_USER_MODEL)),
                        ('root', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='messaging.message')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('player', 'root'), name='messaging_thread_follow_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AnnouncementReceipt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                        ('dismissed_at', models.DateTimeField(blank=True, null=True)),
                        ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='messaging.announcement')),
                        ('player', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('announcement', 'player'), name='messaging_receipt_once')],
                    },
                ),
            ],
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
