"""The programme on a Discord server: a real client, logged in and no more, against the sandbox."""

from urllib.parse import unquote

import discord
import pytest

from bot.errors import DiscordSetupError
from bot.program.discord_guild import AUDIT_REASON, DiscordGuild, pick_guild
from bot.program.permissions import BOT_PERMISSIONS, invite_url
from bot.program.service import ApplyReport, ProgrammeService
from sandbox import Sandbox
from sandbox.permissions import Permission
from sandbox.world.access import can_see
from sandbox.world.guilds import Guild
from tests.program.files import SMALLEST, TWO_GROUPS, programme
from tests.program.house import CHEN, LAYOUT, OKAFOR, RIVERA

ALEX, JO, SAM = 201, 202, 203
SERVER = 500


@pytest.fixture
def server(sandbox: Sandbox) -> Guild:
    """An empty server that the bot was invited to by its link; of the staff, Okafor has not joined yet."""
    world = sandbox.world
    owner = world.add_user("owner", id=99)
    for person, name in ((RIVERA, "rivera"), (CHEN, "chen"), (ALEX, "alex"), (JO, "jo"), (SAM, "sam")):
        world.add_user(name, id=person)
    world.add_user("okafor", id=OKAFOR)
    server = world.add_guild("Riverside", owner, id=SERVER)
    for person in (RIVERA, CHEN, ALEX, JO, SAM):
        server.add_member(person)
    world.add_bot_to_guild(server, int(BOT_PERMISSIONS))
    return server


class Setup:
    """The programme being applied to the server, as `python -m bot apply FILE` does it."""

    def __init__(self, client: discord.Client, service: ProgrammeService, sandbox: Sandbox) -> None:
        self.client = client
        self.service = service
        self.sandbox = sandbox

    async def apply(self, text: str = TWO_GROUPS, *, dry_run: bool = False) -> ApplyReport:
        wanted = programme(text)
        guild = DiscordGuild(self.client, await pick_guild(self.client, wanted))
        return await self.service.apply(wanted, guild, dry_run=dry_run)

    async def writes_of(self, text: str = TWO_GROUPS) -> list[str]:
        mark = self.sandbox.requests.mark()
        await self.apply(text)
        return [f"{request.method} {request.route}" for request in self.sandbox.requests.writes(mark)]


@pytest.fixture
def setup(client: discord.Client, service: ProgrammeService, sandbox: Sandbox, server: Guild) -> Setup:
    return Setup(client, service, sandbox)


def seen_by(server: Guild, person: int) -> set[str]:
    return {channel.name for channel in server.channels.values() if can_see(channel, person)}


async def test_an_empty_server_is_set_up(setup: Setup, server: Guild) -> None:
    report = await setup.apply()
    assert report.done
    assert len(report.changes) == 17
    assert [role.name for role in server.roles.values()][2:] == [role.name for role in LAYOUT.roles]
    assert server.role_named("Staff").permissions == Permission.MODERATE_MEMBERS
    assert not any(role.mentionable for role in server.roles.values())
    inside = [channel for channel in server.channels.values() if channel.parent_id is not None]
    homes = {channel.name: server.channels[channel.parent_id or 0].name for channel in inside}
    assert homes == {
        "morning-check-in": "Morning IOP",
        "morning-coping": "Morning IOP",
        "family-check-in": "Family evening",
        "family-coping": "Family evening",
        "on-call": "Staff",
        "mod-queue": "Staff",
        "staff-room": "Staff",
    }
    server.member(ALEX).add_role(server.role_named("Morning IOP"))
    server.member(JO).add_role(server.role_named("Family evening"))
    assert seen_by(server, SAM) == {"welcome"}
    assert seen_by(server, ALEX) == {"welcome", "Morning IOP", "morning-check-in", "morning-coping"}
    assert seen_by(server, JO) == {"welcome", "Family evening", "family-check-in", "family-coping"}
    assert seen_by(server, RIVERA) == {channel.name for channel in server.channels.values()}
    assert seen_by(server, setup.sandbox.world.bot.id) == {channel.name for channel in server.channels.values()}


async def test_staff_who_are_members_get_the_role(setup: Setup, server: Guild) -> None:
    await setup.apply()
    staff = server.role_named("Staff").id
    assert [person for person, member in server.members.items() if staff in member.role_ids] == [RIVERA, CHEN]
    server.add_member(OKAFOR)
    assert await setup.writes_of() == ["PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"]
    assert staff in server.member(OKAFOR).role_ids


async def test_no_gateway_is_needed_and_every_change_gives_its_reason(setup: Setup) -> None:
    await setup.apply()
    writes = setup.sandbox.requests.writes()
    assert len(writes) == 17
    assert all(request.status in {200, 201, 204} for request in writes)
    assert {unquote(request.headers["X-Audit-Log-Reason"]) for request in writes} == {AUDIT_REASON}
    assert setup.sandbox.sessions == ()


async def test_applying_again_makes_no_writing_request_and_few_others(setup: Setup) -> None:
    await setup.apply()
    mark = setup.sandbox.requests.mark()
    assert (await setup.apply()).actions == ()
    assert setup.sandbox.requests.writes(mark) == []
    assert len(setup.sandbox.requests.since(mark)) == 1 + 3 + 3, "to pick the server, to look at it, three staff"


async def test_a_dry_run_makes_no_writing_request(setup: Setup, server: Guild) -> None:
    report = await setup.apply(dry_run=True)
    assert (len(report.changes), report.done) == (17, False)
    assert setup.sandbox.requests.writes() == []
    assert server.channels == {}


async def test_drift_is_repaired_and_nothing_else_touched(setup: Setup, server: Guild) -> None:
    await setup.apply()
    lounge = server.add_channel("lounge")
    server.channel_named("morning-check-in").set_overwrite(SERVER, allow=Permission.VIEW_CHANNEL)
    server.channel_named("morning-coping").edit(name="skills", parent_id=None)
    server.channel_named("on-call").set_overwrite(server.member(SAM), allow=Permission.VIEW_CHANNEL)
    server.channel_named("family-check-in").set_overwrite(server.member(CHEN), deny=Permission.VIEW_CHANNEL)
    server.channel_named("family-coping").delete()
    server.edit_role(server.role_named("Morning IOP"), permissions=int(Permission.MANAGE_MESSAGES), mentionable=True)
    assert await setup.writes_of() == [
        "PATCH /guilds/{guild_id}/roles/{role_id}",
        "PATCH /channels/{channel_id}",
        "PATCH /channels/{channel_id}",
        "POST /guilds/{guild_id}/channels",
        "PATCH /channels/{channel_id}",
    ]
    assert seen_by(server, SAM) == {"welcome", "lounge"}
    assert seen_by(server, CHEN) == {each.name for each in server.channels.values()} - {"family-check-in"}
    assert server.channel_named("morning-coping").parent_id == server.channel_named("Morning IOP").id
    assert server.channel_named("family-coping").parent_id == server.channel_named("Family evening").id
    assert (server.role_named("Morning IOP").permissions, server.role_named("Morning IOP").mentionable) == (0, False)
    assert lounge.overwrites == {}
    assert await setup.writes_of() == []


async def test_a_role_that_was_deleted_comes_back_into_every_room(setup: Setup, server: Guild) -> None:
    await setup.apply()
    server.remove_role(server.role_named("Morning IOP"))
    await setup.apply()
    server.member(ALEX).add_role(server.role_named("Morning IOP"))
    assert seen_by(server, ALEX) == {"welcome", "Morning IOP", "morning-check-in", "morning-coping"}
    assert await setup.writes_of() == []


async def test_a_category_put_right_does_not_make_the_skills_writable(setup: Setup, server: Guild) -> None:
    """The category was given the permissions of #coping by hand; the two are then in step, for Discord."""
    await setup.apply()
    server.channel_named("Morning IOP").replace_overwrites(server.channel_named("morning-coping").overwrites.values())
    await setup.apply()
    morning = server.role_named("Morning IOP").id
    assert server.channel_named("morning-coping").overwrites[morning].deny == Permission.SEND_MESSAGES
    assert await setup.writes_of() == []


async def test_an_answer_lost_at_every_step_doubles_nothing(setup: Setup, server: Guild) -> None:
    """Discord did what was asked, and the bot never heard: each time the next run takes up what it finds."""
    runs = 0
    while True:
        fault = setup.sandbox.faults.drop_reply("P* *")
        runs += 1
        try:
            await setup.apply()
        except DiscordSetupError as error:
            assert "did not answer" in str(error)  # noqa: PT017 - how often it is raised is the point
        if not fault.hits:
            break
    # Fifteen things created, each in a run of its own; aiohttp itself repeats a PUT, so the roles given take one run.
    assert runs == 15 + 1 + 1
    names = [role.name for role in server.roles.values()] + [channel.name for channel in server.channels.values()]
    assert sorted(names) == sorted(
        ["@everyone", "Handrail", *(role.name for role in LAYOUT.roles), *(place.name for place in LAYOUT.places)]
    )
    setup.sandbox.faults.clear()
    assert await setup.writes_of() == []


async def test_an_outage_is_told_and_the_next_run_goes_on(setup: Setup, server: Guild) -> None:
    setup.sandbox.faults.fail("POST /guilds/{guild_id}/channels", 503)
    with pytest.raises(DiscordSetupError, match=r"did not answer when the bot was to create the category .*HTTP 503"):
        await setup.apply()
    assert len(server.roles) == 6
    report = await setup.apply()
    assert len(report.changes) == 13


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, 50013, "it needs Manage Roles and every permission of its invite link; under Server Settings > Roles"),
        (403, 60003, "the server asks its moderators for two-factor authentication"),
        (400, 30005, "the server has as many roles as Discord allows"),
        (400, 50035, "HTTP 400, code 50035."),
    ],
)
async def test_a_refusal_is_told_with_its_remedy(setup: Setup, status: int, code: int, said: str) -> None:
    setup.sandbox.faults.fail("POST /guilds/{guild_id}/roles", status, code=code)
    with pytest.raises(DiscordSetupError) as caught:
        await setup.apply()
    assert str(caught.value).startswith(f"Discord did not let the bot create the role Staff: {said}")


async def test_a_missing_permission_is_named_before_anything_is_done(setup: Setup, server: Guild) -> None:
    server.edit_role(
        server.role_named("Handrail"),
        permissions=int(BOT_PERMISSIONS) & ~int(Permission.MANAGE_ROLES | Permission.MODERATE_MEMBERS),
    )
    with pytest.raises(DiscordSetupError) as caught:
        await setup.apply()
    assert "The bot lacks these permissions in the server: Manage Roles, Timeout Members;" in str(caught.value)
    assert setup.sandbox.requests.writes() == []


async def test_a_role_above_the_bots_is_named(setup: Setup, server: Guild) -> None:
    await setup.apply()
    top = max(role.position for role in server.roles.values()) + 1
    server.move_roles({server.role_named("Staff").id: top})
    server.channel_named("welcome").edit(name="hello")
    with pytest.raises(DiscordSetupError, match="The role Staff stands above the bot's own"):
        await setup.apply()


async def test_a_channel_that_shut_the_bot_out_is_told(setup: Setup, server: Guild) -> None:
    await setup.apply()
    server.channel_named("mod-queue").remove_overwrite(setup.sandbox.world.bot.id)
    with pytest.raises(DiscordSetupError, match=r"change mod-queue: it cannot see that channel; add it under"):
        await setup.apply()


async def test_the_only_server_is_picked(setup: Setup, client: discord.Client) -> None:
    assert await pick_guild(client, programme(SMALLEST)) == SERVER
    assert await pick_guild(client, programme(SMALLEST + f"guild: {SERVER}\n")) == SERVER


async def test_a_server_that_the_bot_is_not_in_is_told_with_the_invite(setup: Setup, client: discord.Client) -> None:
    with pytest.raises(DiscordSetupError) as caught:
        await pick_guild(client, programme(SMALLEST + "guild: 501\n"))
    assert client.application_id is not None
    assert str(caught.value) == f"The bot is not in the server 501; invite it: {invite_url(client.application_id)}."


async def test_no_server_and_several_are_told(sandbox: Sandbox, client: discord.Client) -> None:
    with pytest.raises(DiscordSetupError, match=r"The bot is in no server yet; invite it: https://discord\.com/"):
        await pick_guild(client, programme(SMALLEST))
    owner = sandbox.world.add_user("owner")
    for id_ in (7, 8):
        sandbox.world.add_bot_to_guild(sandbox.world.add_guild("A server", owner, id=id_), int(BOT_PERMISSIONS))
    with pytest.raises(DiscordSetupError, match="name the programme's in its file, as `guild`: 7 or 8"):
        await pick_guild(client, programme(SMALLEST))
