"""What a member may do follows Discord's order of calculation."""

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.permissions import (
    ALL,
    MEMBER,
    ROLE,
    Overwrite,
    Permission,
    compute_base,
    compute_in_channel,
    may_send,
    parse,
    when_timed_out,
)

GUILD, OWNER, ALEX, BEA = 1, 10, 11, 12
STAFF, MORNING = 20, 21

VIEW = Permission.VIEW_CHANNEL
SEND = Permission.SEND_MESSAGES
IN_THREADS = Permission.SEND_MESSAGES_IN_THREADS
TALK = VIEW | SEND

bits = st.integers(min_value=0, max_value=ALL)
plain_bits = bits.map(lambda value: value & ~Permission.ADMINISTRATOR)
overwrites_of_alex = st.lists(
    st.builds(
        Overwrite,
        id=st.sampled_from([GUILD, STAFF, MORNING, ALEX, BEA]),
        type=st.sampled_from([ROLE, MEMBER]),
        allow=bits,
        deny=bits,
    ),
    max_size=6,
    unique_by=lambda overwrite: (overwrite.type, overwrite.id),
)


def in_channel(base: int, *overwrites: Overwrite, roles: tuple[int, ...] = (), in_thread: bool = False) -> int:
    return compute_in_channel(
        base, everyone_id=GUILD, user_id=ALEX, role_ids=roles, overwrites=overwrites, in_thread=in_thread
    )


def test_the_bits_are_those_discord_py_knows() -> None:
    assert {bit.value for bit in Permission} == set(discord.Permissions.VALID_FLAGS.values())
    assert discord.Permissions.all().value == ALL


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Permission.MODERATE_MEMBERS, discord.Permissions(moderate_members=True)),
        (Permission.CREATE_PRIVATE_THREADS, discord.Permissions(create_private_threads=True)),
        (Permission.USE_EXTERNAL_APPS, discord.Permissions(use_external_apps=True)),
        (Permission.READ_MESSAGE_HISTORY, discord.Permissions(read_message_history=True)),
        (Permission.MANAGE_GUILD_EXPRESSIONS, discord.Permissions(manage_expressions=True)),
        (Permission.BYPASS_SLOWMODE, discord.Permissions(bypass_slowmode=True)),
    ],
)
def test_a_bit_means_what_discord_py_means_by_it(ours: Permission, theirs: discord.Permissions) -> None:
    assert ours == theirs.value


def test_roles_add_to_everyone() -> None:
    assert compute_base(OWNER, ALEX, VIEW, [SEND, Permission.KICK_MEMBERS]) == VIEW | SEND | Permission.KICK_MEMBERS
    assert compute_base(OWNER, ALEX, VIEW, []) == VIEW


def test_the_owner_and_an_administrator_may_everything() -> None:
    assert compute_base(OWNER, OWNER, 0, []) == ALL
    assert compute_base(OWNER, ALEX, 0, [Permission.ADMINISTRATOR]) == ALL
    everything_denied = Overwrite(GUILD, ROLE, 0, ALL), Overwrite(ALEX, MEMBER, 0, ALL)
    assert in_channel(ALL, *everything_denied) == ALL


@pytest.mark.parametrize(
    ("overwrites", "roles", "expected"),
    [
        pytest.param([], (), TALK, id="none: as in the guild"),
        pytest.param([Overwrite(GUILD, ROLE, 0, SEND)], (), VIEW, id="everyone denied"),
        pytest.param([Overwrite(GUILD, ROLE, 0, VIEW)], (), 0, id="hidden: nothing left"),
        pytest.param(
            [Overwrite(GUILD, ROLE, 0, VIEW), Overwrite(MORNING, ROLE, VIEW, 0)], (MORNING,), TALK, id="role lets in"
        ),
        pytest.param(
            [Overwrite(GUILD, ROLE, 0, VIEW), Overwrite(MORNING, ROLE, VIEW, 0)], (), 0, id="a role not held is nothing"
        ),
        pytest.param(
            [Overwrite(MORNING, ROLE, 0, SEND), Overwrite(STAFF, ROLE, SEND, 0)],
            (STAFF, MORNING),
            TALK,
            id="one role's grant beats another's denial",
        ),
        pytest.param(
            [Overwrite(ALEX, MEMBER, 0, SEND), Overwrite(STAFF, ROLE, SEND, 0)],
            (STAFF,),
            VIEW,
            id="the member's own comes last",
        ),
        pytest.param([Overwrite(BEA, MEMBER, 0, SEND)], (), TALK, id="somebody else's own"),
        pytest.param([Overwrite(ALEX, ROLE, 0, SEND)], (ALEX,), VIEW, id="by type, not by id alone"),
        pytest.param([Overwrite(GUILD, MEMBER, 0, SEND)], (), TALK, id="everyone is a role"),
    ],
)
def test_overwrites_apply_in_order(overwrites: list[Overwrite], roles: tuple[int, ...], expected: int) -> None:
    assert in_channel(TALK, *overwrites, roles=roles) == expected
    assert in_channel(TALK, *reversed(overwrites), roles=roles) == expected


def test_who_cannot_send_cannot_mention_attach_or_embed() -> None:
    extras = (
        Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.SEND_TTS_MESSAGES
    )
    reading = VIEW | Permission.READ_MESSAGE_HISTORY
    assert in_channel(reading | extras) == reading
    assert in_channel(reading | extras | SEND) == reading | extras | SEND


def test_in_a_thread_another_right_carries_sending() -> None:
    files = Permission.ATTACH_FILES
    assert in_channel(VIEW | IN_THREADS | files, in_thread=True) == VIEW | IN_THREADS | files
    assert in_channel(VIEW | SEND | files, in_thread=True) == VIEW | SEND
    assert may_send(VIEW | IN_THREADS, in_thread=True)
    assert not may_send(VIEW | SEND, in_thread=True)
    assert may_send(VIEW | SEND)
    assert not may_send(VIEW | IN_THREADS)


def test_a_timeout_leaves_seeing_and_reading_where_they_were() -> None:
    reading = VIEW | Permission.READ_MESSAGE_HISTORY
    assert when_timed_out(reading | SEND | Permission.ADD_REACTIONS) == reading
    assert when_timed_out(SEND) == 0
    assert when_timed_out(ALL) == ALL


def test_bits_are_read_from_text_and_number() -> None:
    assert parse("2048") == parse(2048) == SEND
    with pytest.raises(ValueError, match="invalid literal"):
        parse("many")


@settings(deadline=None, derandomize=True)
@given(base=plain_bits, overwrites=overwrites_of_alex, roles=st.sets(st.sampled_from([STAFF, MORNING])), data=st.data())
def test_the_order_in_which_overwrites_are_listed_changes_nothing(
    base: int, overwrites: list[Overwrite], roles: set[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(overwrites))
    assert in_channel(base, *overwrites, roles=tuple(roles)) == in_channel(base, *shuffled, roles=tuple(roles))


@settings(deadline=None, derandomize=True)
@given(base=plain_bits, overwrites=overwrites_of_alex, own=st.tuples(bits, bits), in_thread=st.booleans())
def test_a_members_own_overwrite_has_the_last_word(
    base: int, overwrites: list[Overwrite], own: tuple[int, int], in_thread: bool
) -> None:
    allow, deny = own
    others = [overwrite for overwrite in overwrites if (overwrite.type, overwrite.id) != (MEMBER, ALEX)]
    held = in_channel(base, *others, Overwrite(ALEX, MEMBER, allow, deny), roles=(STAFF,), in_thread=in_thread)
    assert held & deny & ~allow == 0
    if allow & VIEW and allow & SEND and allow & IN_THREADS:
        assert held & allow == allow


@settings(deadline=None, derandomize=True)
@given(base=plain_bits, overwrites=overwrites_of_alex)
def test_unseen_means_nothing_at_all(base: int, overwrites: list[Overwrite]) -> None:
    held = in_channel(base, *overwrites, roles=(STAFF, MORNING))
    assert held == 0 or held & VIEW
