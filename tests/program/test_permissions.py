"""What the bot asks Discord for."""

from urllib.parse import parse_qs, urlsplit

import discord

from bot.program.layout import desired_layout
from bot.program.permissions import (
    BOT_PERMISSIONS,
    INTENTS,
    PERMISSION_NEEDS,
    Permission,
    invite_url,
    labels,
)
from tests.program.files import programme


def test_the_bits_are_discords() -> None:
    assert {each.name.lower(): int(each) for each in Permission if each.name} == {
        name: discord.Permissions.VALID_FLAGS[name] for name in (each.name.lower() for each in Permission if each.name)
    }


def test_each_permission_is_asked_for_once_and_for_a_reason() -> None:
    bits = [need.bit for need in PERMISSION_NEEDS]
    assert len(bits) == len(set(bits))
    assert all(need.reason and need.label for need in PERMISSION_NEEDS)
    assert Permission.ADMINISTRATOR not in BOT_PERMISSIONS


def test_the_bot_holds_all_that_the_layout_hands_out_or_withholds() -> None:
    """Discord refuses to let a bot grant or deny in an overwrite, or put into a role, what it does not hold itself."""
    layout = desired_layout(programme())
    dealt_in = Permission(0)
    for place in layout.places:
        for grant in place.grants:
            dealt_in |= grant.allow | grant.deny
    for role in layout.roles:
        dealt_in |= role.permissions
    assert dealt_in & ~BOT_PERMISSIONS == Permission(0)
    making = Permission.MANAGE_CHANNELS | Permission.MANAGE_ROLES
    assert BOT_PERMISSIONS & ~dealt_in == making, "and nothing beside, but what making the rooms takes"


def test_the_invite_link_asks_for_exactly_that() -> None:
    address = urlsplit(invite_url(42))
    assert (address.scheme, address.netloc, address.path) == ("https", "discord.com", "/oauth2/authorize")
    assert parse_qs(address.query) == {
        "client_id": ["42"],
        "scope": ["bot applications.commands"],
        "permissions": [str(int(BOT_PERMISSIONS))],
    }


def test_the_intents_are_discords_and_the_privileged_are_marked() -> None:
    privileged = {"members", "presences", "message_content"}
    assert all(need.name in discord.Intents.VALID_FLAGS and need.reason for need in INTENTS)
    assert {need.name for need in INTENTS if need.privileged} == {need.name for need in INTENTS} & privileged


def test_labels_are_what_discords_screens_say() -> None:
    assert labels(Permission.MODERATE_MEMBERS | Permission.VIEW_CHANNEL) == ("View Channels", "Timeout Members")
    assert labels(Permission.ADMINISTRATOR) == ("Administrator",)
    assert labels(Permission(0)) == ()
