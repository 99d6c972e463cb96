"""Replies as Discord gives them, each right as it stands, to vary in tests."""

from typing import Any

USER: dict[str, Any] = {
    "id": "11",
    "username": "alex",
    "discriminator": "0",
    "global_name": "Alex",
    "avatar": None,
    "public_flags": 0,
    "flags": 0,
    "primary_guild": None,
}

MESSAGE: dict[str, Any] = {
    "id": "900",
    "channel_id": "30",
    "type": 0,
    "content": "Good morning",
    "author": USER | {"bot": True},
    "timestamp": "2026-03-08T12:00:00.123000+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [USER],
    "mention_roles": [],
    "attachments": [],
    "embeds": [{"type": "rich", "title": "Today", "fields": [{"name": "At", "value": "6 pm", "inline": False}]}],
    "pinned": False,
    "flags": 0,
    "components": [
        {
            "type": 1,
            "id": 1,
            "components": [{"type": 2, "id": 2, "style": 1, "label": "Check in", "custom_id": "c:o:1"}],
        }
    ],
    "nonce": "h1",
}

ROLE: dict[str, Any] = {
    "id": "20",
    "name": "Staff",
    "permissions": "1099511627776",
    "position": 1,
    "color": 0,
    "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    "hoist": False,
    "managed": False,
    "mentionable": True,
    "icon": None,
    "unicode_emoji": None,
    "description": None,
    "flags": 0,
}

CHANNEL: dict[str, Any] = {
    "id": "30",
    "type": 0,
    "flags": 0,
    "guild_id": "1",
    "name": "morning-check-in",
    "position": 0,
    "parent_id": "31",
    "topic": None,
    "nsfw": False,
    "rate_limit_per_user": 0,
    "last_message_id": None,
    "permission_overwrites": [{"id": "1", "type": 0, "allow": "0", "deny": "1024"}],
}

THREAD: dict[str, Any] = {
    "id": "40",
    "type": 12,
    "flags": 0,
    "guild_id": "1",
    "parent_id": "30",
    "name": "8 March",
    "owner_id": "10",
    "message_count": 0,
    "member_count": 1,
    "total_message_sent": 0,
    "thread_metadata": {
        "archived": False,
        "archive_timestamp": "2026-03-08T12:00:00+00:00",
        "auto_archive_duration": 1440,
        "locked": False,
        "invitable": False,
        "create_timestamp": "2026-03-08T12:00:00+00:00",
    },
}

DM: dict[str, Any] = {"id": "50", "type": 1, "flags": 0, "last_message_id": None, "recipients": [USER]}

MEMBER: dict[str, Any] = {
    "user": USER,
    "nick": None,
    "avatar": None,
    "banner": None,
    "roles": ["20"],
    "joined_at": "2026-03-01T08:00:00+00:00",
    "premium_since": None,
    "communication_disabled_until": None,
    "pending": False,
    "mute": False,
    "deaf": False,
    "flags": 0,
}

COMMAND: dict[str, Any] = {
    "id": "60",
    "application_id": "2",
    "version": "61",
    "type": 1,
    "name": "skill",
    "description": "A coping skill",
    "default_member_permissions": None,
    "nsfw": False,
    "options": [{"type": 3, "name": "need", "description": "Which", "required": False}],
}

GUILD: dict[str, Any] = {
    "id": "1",
    "name": "Riverside",
    "icon": None,
    "description": None,
    "home_header": None,
    "splash": None,
    "discovery_splash": None,
    "features": [],
    "banner": None,
    "owner_id": "10",
    "application_id": None,
    "region": "us-east",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 1,
    "roles": [ROLE],
    "default_message_notifications": 1,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": 500000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "vanity_url_code": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "preferred_locale": "en-US",
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
    "emojis": [],
    "stickers": [],
    "incidents_data": None,
}

GATEWAY: dict[str, Any] = {
    "url": "wss://gateway.example.org",
    "shards": 1,
    "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1},
}
