"""The plan: whatever happened to the server, one plan carried out puts it right, and the next has nothing to do."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.program.actions import (
    STAFF_ROLE,
    Action,
    Adopt,
    CreateChannel,
    EditChannel,
    EditRole,
    GiveStaffRole,
    ObjectRef,
    TakeStaffRole,
)
from bot.program.layout import (
    EVERYONE,
    THE_BOT,
    DesiredChannel,
    ObjectKind,
    Topics,
    check_in_key,
    desired_layout,
)
from bot.program.permissions import BOT_PERMISSIONS, NOTHING
from bot.program.rules import obstacles
from bot.program.server import Overwrite, TargetKind
from tests.program.drift import DRIFTS
from tests.program.files import TWO_GROUPS, programme
from tests.program.house import CHEN, GUILD, LAYOUT, OKAFOR, RIVERA, STRANGER, House, P
from tests.program.memory_guild import BOT, CutShortError


@pytest.fixture
def house() -> House:
    """A server that is set up."""
    house = House()
    house.apply()
    house.guild.writes = 0
    return house


def words(actions: tuple[Action, ...]) -> list[str]:
    return [action.describe() for action in actions]


def test_an_empty_server_is_set_up_in_an_order_that_works() -> None:
    house = House()
    assert words(house.apply()) == [
        "Create the role Staff, with Timeout Members.",
        "Create the role On call, with no permission in the server as a whole.",
        "Create the role Morning IOP, with no permission in the server as a whole.",
        "Create the role Family evening, with no permission in the server as a whole.",
        "Create the category Morning IOP, hidden from all but its own people.",
        "Create the category Family evening, hidden from all but its own people.",
        "Create the category Staff, hidden from all but its own people.",
        "Create the channel #welcome, for everyone to read and nobody to write in.",
        "Create the channel #morning-check-in, hidden from all but its own people.",
        "Create the channel #morning-coping, hidden from all but its own people.",
        "Create the channel #family-check-in, hidden from all but its own people.",
        "Create the channel #family-coping, hidden from all but its own people.",
        "Create the channel #on-call, hidden from all but its own people.",
        "Create the channel #mod-queue, hidden from all but its own people.",
        "Create the channel #staff-room, hidden from all but its own people.",
        "Give the role Staff to member 111.",
        "Give the role Staff to member 112.",
    ]
    assert house.plan().actions == ()
    assert house.guild.channel_named("welcome").topic == "Start here."


@given(st.lists(st.sampled_from(sorted(DRIFTS)), max_size=8))
@settings(max_examples=150, deadline=None)
def test_whatever_drifted_one_plan_puts_right(names: list[str]) -> None:
    house = House()
    house.apply()
    for name in names:
        DRIFTS[name](house)
    house.apply()
    assert words(house.plan().actions) == []
    is_as_promised(house)


@given(st.integers(0, 18), st.booleans(), st.lists(st.sampled_from(sorted(DRIFTS)), max_size=3))
@settings(max_examples=80, deadline=None)
def test_a_run_cut_short_anywhere_is_taken_up_without_a_second_of_anything(
    patience: int, after_the_deed: bool, names: list[str]
) -> None:
    house = House()
    house.guild.patience, house.guild.dies_after_the_deed = patience, after_the_deed
    with suppress(CutShortError):
        house.apply()
    house.guild.patience = None
    house.apply()
    assert words(house.plan().actions) == []
    assert len(house.guild.channels) == len(LAYOUT.channels) + len(LAYOUT.categories)
    assert len(house.guild.roles) == len(LAYOUT.roles) + 2
    for name in names:
        DRIFTS[name](house)
    house.apply()
    assert words(house.plan().actions) == []
    is_as_promised(house)


def is_as_promised(house: House) -> None:
    """Every room and role is what the layout says, looked at without the plan's own eyes."""
    ids = house.memory.ids
    for role in LAYOUT.roles:
        there = house.guild.roles[ids[ObjectRef(ObjectKind.ROLE, role.key)]]
        assert (there.name, there.permissions, there.mentionable) == (role.name, role.permissions, False)
    for place in LAYOUT.places:
        kind = ObjectKind.CHANNEL if isinstance(place, DesiredChannel) else ObjectKind.CATEGORY
        found = house.guild.channels[ids[ObjectRef(kind, place.key)]]
        assert found.name == place.name
        if isinstance(place, DesiredChannel):
            home = None if place.category is None else ids[ObjectRef(ObjectKind.CATEGORY, place.category)]
            assert found.parent == home
            assert place.topic in {None, found.topic}
        has = {(each.kind, each.target): (each.allow, each.deny) for each in found.overwrites}
        for grant in place.grants:
            if grant.who == THE_BOT:
                who = (TargetKind.MEMBER, BOT)
            else:
                who = (TargetKind.ROLE, GUILD if grant.who == EVERYONE else ids[ObjectRef(ObjectKind.ROLE, grant.who)])
            assert has.pop(who) == (grant.allow, grant.deny), (place.name, grant.who)
        assert all(allow == NOTHING for allow, _ in has.values()), place.name


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        ("opened to everyone", "Change the channel #morning-check-in: put right what it allows @everyone."),
        ("opened to a stranger", "Change the channel #on-call: put right what it allows member 900."),
        ("opened to the family", "Change the channel #morning-coping: put right what it allows role Family evening."),
        ("the bot shut out", "Change the channel #mod-queue: put right what it allows the bot."),
        ("writable skills", "Change the channel #morning-coping: put right what it allows role Staff."),
        ("renamed channel", "Change the channel #skills: call it #morning-coping."),
        ("renamed category", "Change the category Mornings: call it Morning IOP."),
        ("channel taken out", "Change the channel #family-check-in: move it under Family evening."),
        ("topic changed", "Change the channel #welcome: put its topic right."),
        ("role renamed", "Change the role Duty: call it On call."),
        ("role powerful", "Change the role Family evening: let it carry no permission."),
        ("role mentionable", "Change the role Staff: let nobody mention it."),
        ("staff lost the role", "Give the role Staff to member 111."),
        ("a stranger kept out", None),
        ("an empty overwrite", None),
        ("topic set where none is wanted", None),
        ("another channel", None),
        ("a namesake", None),
    ],
)
def test_each_drift_is_told_in_words_and_put_right(house: House, drift: str, said: str | None) -> None:
    DRIFTS[drift](house)
    assert words(house.apply()) == ([said] if said else [])
    is_as_promised(house)


def test_what_opens_a_room_is_taken_back_and_what_keeps_somebody_out_stays(house: House) -> None:
    mods = house.guild.add_role("Mods")
    house.allow("morning-check-in", mods, P.VIEW_CHANNEL)
    house.allow("morning-check-in", STRANGER, P.VIEW_CHANNEL | P.SEND_MESSAGES, P.ATTACH_FILES, member=True)
    house.allow("morning-check-in", CHEN, NOTHING, P.VIEW_CHANNEL, member=True)
    assert words(house.apply()) == [
        "Change the channel #morning-check-in: put right what it allows role Mods, member 900."
    ]
    after = house.overwrites("morning-check-in")
    assert mods not in after
    assert (after[STRANGER].allow, after[STRANGER].deny) == (NOTHING, P.ATTACH_FILES)
    assert (after[CHEN].allow, after[CHEN].deny) == (NOTHING, P.VIEW_CHANNEL)


def test_a_denial_that_the_bot_could_not_send_does_not_keep_a_room_open(house: House) -> None:
    """Discord refuses an overwrite with a permission that the bot lacks; to close the room comes first."""
    stream = P(1 << 9)
    house.allow("staff-room", STRANGER, P.VIEW_CHANNEL, stream | P.SEND_MESSAGES, member=True)
    house.allow("mod-queue", STRANGER, NOTHING, stream, member=True)
    house.apply()
    assert house.overwrites("staff-room")[STRANGER].deny == P.SEND_MESSAGES
    assert house.overwrites("mod-queue")[STRANGER].deny == stream, "what need not be changed stays whole"


def test_a_category_that_is_put_right_does_not_carry_its_channels_along(house: House) -> None:
    """Discord copies a category's new permissions to the channels that had the same: #coping would become writable."""
    DRIFTS["category like coping"](house)
    house.apply()
    family = house.guild.role_named("Morning IOP").id
    assert P.SEND_MESSAGES in house.overwrites("morning-coping")[family].deny


def test_what_is_not_the_programmes_is_left_alone(house: House) -> None:
    house.guild.add_role("Gamers", P.MENTION_EVERYONE)
    lounge = house.guild.add_channel("lounge", overwrites=[Overwrite(TargetKind.ROLE, GUILD, P.VIEW_CHANNEL, NOTHING)])
    before = (dict(house.guild.roles), house.guild.channels[lounge])
    house.apply()
    assert house.guild.writes == 0
    assert (house.guild.roles, house.guild.channels[lounge]) == before


def test_what_bears_the_name_already_is_taken_up_and_put_right() -> None:
    house = House()
    there = house.guild.add_role("Staff", P.MANAGE_MESSAGES)
    open_channel = house.guild.add_channel("morning-check-in")
    actions = house.apply()
    assert [action for action in actions if isinstance(action, Adopt)] == [
        Adopt(STAFF_ROLE, there, "Staff"),
        Adopt(ObjectRef(ObjectKind.CHANNEL, check_in_key("morning")), open_channel, "morning-check-in"),
    ]
    assert words(actions)[0] == (
        "Use the role Staff that is there already; whoever holds it sees what this role is to see."
    )
    assert house.guild.roles[there].permissions == P.MODERATE_MEMBERS
    assert house.guild.channel_named("morning-check-in").parent == house.guild.channel_named("Morning IOP").id
    assert house.plan().actions == ()


def test_an_integrations_role_is_never_taken_up() -> None:
    house = House()
    role = house.guild.add_role("Staff")
    house.guild.roles[role] = replace(house.guild.roles[role], managed=True)
    house.apply()
    assert house.memory.ids[STAFF_ROLE] != role


def test_a_new_group_of_a_former_groups_name_gets_a_role_of_its_own(house: House) -> None:
    """Whoever still holds the former group's role must not come into the new group by it."""
    former = house.guild.role_named("Morning IOP").id
    text = TWO_GROUPS.replace("key: morning", "key: spring")
    house.apply(desired_layout(programme(text)))
    assert {role.id for role in house.guild.roles.values() if role.name == "Morning IOP"} > {former}
    spring = {each.target for each in house.guild.channel_named("spring-check-in").overwrites}
    assert former not in spring
    assert former in {each.target for each in house.guild.channel_named("morning-check-in").overwrites}, "left alone"


def test_a_renamed_group_keeps_its_rooms(house: House) -> None:
    role, category = house.guild.role_named("Morning IOP").id, house.guild.channel_named("Morning IOP").id
    text = TWO_GROUPS.replace("Morning IOP", "Sunrise")
    layout = desired_layout(programme(text), Topics(welcome="Start here."))
    assert words(house.apply(layout)) == [
        "Change the role Morning IOP: call it Sunrise.",
        "Change the category Morning IOP: call it Sunrise.",
    ]
    assert (house.guild.roles[role].name, house.guild.channels[category].name) == ("Sunrise", "Sunrise")


def test_two_groups_that_swap_names_keep_their_rooms(house: House) -> None:
    morning = house.guild.channel_named("morning-check-in").parent
    text = (
        TWO_GROUPS.replace("Morning IOP", "X")
        .replace("Family evening", "Morning IOP")
        .replace(": X", ": Family evening")
    )
    layout = desired_layout(programme(text), Topics(welcome="Start here."))
    assert all(isinstance(action, EditRole | EditChannel) for action in house.apply(layout))
    assert house.guild.channel_named("morning-check-in").parent == morning


def test_who_leaves_staff_loses_the_role_if_it_came_from_here(house: House) -> None:
    by_hand = house.guild.role_named("Staff").id
    house.guild.members[STRANGER].add(by_hand)
    text = TWO_GROUPS.replace('["111", "112", "113"]', '["111"]').replace('["111", "112"]', '["111"]')
    text = text.replace('["113"]', "[]")
    layout = desired_layout(programme(text), Topics(welcome="Start here."))
    assert house.apply(layout) == (TakeStaffRole(CHEN),)
    assert [person for person, roles in house.guild.members.items() if by_hand in roles] == [RIVERA, STRANGER]


def test_nothing_is_taken_from_former_staff_who_lost_the_role_by_hand(house: House) -> None:
    house.guild.members[CHEN] = {GUILD}
    text = TWO_GROUPS.replace('["111", "112", "113"]', '["111", "113"]').replace('["111", "112"]', '["111"]')
    assert house.apply(desired_layout(programme(text), Topics(welcome="Start here."))) == ()


def test_staff_who_join_later_get_the_role(house: House) -> None:
    house.guild.members[OKAFOR] = {GUILD}
    assert house.apply() == (GiveStaffRole(OKAFOR),)


def test_a_deleted_channel_is_made_again_in_its_place(house: House) -> None:
    house.guild.delete_channel(house.guild.channel_named("family-coping").id)
    [step] = house.apply()
    assert isinstance(step, CreateChannel)
    assert house.guild.channel_named("family-coping").parent == house.guild.channel_named("Family evening").id


LACKING = (
    "The bot lacks these permissions in the server: Manage Roles, Timeout Members; give them to its role "
    "under Server Settings > Roles, or open its invite link again."
)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (BOT_PERMISSIONS, ()),
        (P.ADMINISTRATOR, ()),
        (
            BOT_PERMISSIONS & ~(P.MANAGE_ROLES | P.MODERATE_MEMBERS),
            (LACKING,),
        ),
    ],
)
def test_permissions_that_the_bot_lacks_are_named(held: P, said: tuple[str, ...]) -> None:
    house = House()
    bot_role = house.guild.role_named("Handrail")
    house.guild.roles[bot_role.id] = replace(bot_role, permissions=held)
    assert obstacles(house.guild.seen(), house.plan()) == said


def test_a_role_above_the_bots_is_named(house: House) -> None:
    staff = house.guild.role_named("Staff")
    house.guild.roles[staff.id] = replace(staff, position=2)
    house.guild.add_role("Owner", position=9)
    assert obstacles(house.guild.seen(), house.plan()) == (
        "The role Staff stands above the bot's own; under Server Settings > Roles drag the bot's role above it.",
    )
