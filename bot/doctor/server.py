"""The Discord server: which one, what the bot may do there, and how far it is from what the programme says."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import discord

from bot.doctor.findings import Findings, Level, counted, fail, ok, warn
from bot.doctor.programmes import Subject
from bot.program.actions import (
    Action,
    CreateCategory,
    CreateChannel,
    CreateRole,
    EditChannel,
    EditRole,
    TakeStaffRole,
)
from bot.program.discord_guild import DiscordGuild, fetch_guild, pick_guild
from bot.program.layout import desired_layout
from bot.program.permissions import BOT_PERMISSIONS, NOTHING, Permission, invite_url, labels
from bot.program.rules import Known, obstacles, plan
from bot.program.schema import Programme
from bot.program.server import ServerSnapshot
from bot.program.service import ApplyReport, ProgrammeService

SERVER, PERMISSIONS, ROLES, CHANNELS = "server", "permissions", "role order", "roles and channels"
AUTOMOD = "Discord's own rules"

PATIENCE = 20.0
"""Seconds that looking at one server may take: a request for each of the programme's people is part of it."""
MOST_SHOWN = 8


class LookedAt(DiscordGuild):
    """A server that is asked for once, however many checks look at it."""

    def __init__(self, client: discord.Client, guild_id: int) -> None:
        super().__init__(client, guild_id)
        self._kept: ServerSnapshot | None = None
        self._asked: frozenset[int] = frozenset()

    async def snapshot(self, people: Collection[int]) -> ServerSnapshot:
        """The server as it was at the first look, with the roles of those of ``people`` who are members."""
        wanted = frozenset(people)
        if self._kept is None or not wanted <= self._asked:
            self._asked |= wanted
            self._kept = await super().snapshot(self._asked)
        return self._kept


async def find_server(client: discord.Client, subject: Subject) -> tuple[Findings, LookedAt]:
    """The server of a programme.

    Raises:
        DiscordSetupError: the bot is not in it, or it is not clear which one it is.
    """
    guild_id = await pick_guild(client, subject.programme) if subject.guild_id is None else subject.guild_id
    guild = await fetch_guild(client, guild_id)
    sentence = f"The server of {subject.programme.program.name} is {guild.name} ({guild.id})."
    return [ok(SERVER, sentence)], LookedAt(client, guild_id)


async def find_any_servers(client: discord.Client) -> tuple[Findings, list[LookedAt]]:
    """Where the bot is, while there is no programme that would say where it belongs."""
    guilds = [guild async for guild in client.fetch_guilds(limit=200, with_counts=False)]
    if not guilds:
        return [fail(SERVER, "The bot is in no server yet.", f"Invite it: {_invite(client)}")], []
    return (
        [ok(SERVER, f"The bot is in the server {guild.name} ({guild.id}).") for guild in guilds],
        [LookedAt(client, guild.id) for guild in guilds[:MOST_SHOWN]],
    )


async def permission_findings(client: discord.Client, guild: LookedAt, people: Collection[int]) -> Findings:
    """Whether the bot may do in a server what its invite link asks for.

    Raises:
        DiscordSetupError: the server could not be looked at.
    """
    held = (await guild.snapshot(people)).bot_permissions
    if Permission.ADMINISTRATOR in held:
        return [
            warn(
                PERMISSIONS,
                "The bot is an administrator, which is more than it needs.",
                f"Take Administrator from its role, and open its invite link: {_invite(client)}",
            )
        ]
    if (missing := BOT_PERMISSIONS & ~held) != NOTHING:
        return [
            fail(
                PERMISSIONS,
                f"The bot lacks {', '.join(labels(missing))}.",
                f"Give them to its role under Server Settings > Roles, or open: {_invite(client)}",
            )
        ]
    return [ok(PERMISSIONS, f"The bot has all {len(labels(BOT_PERMISSIONS))} permissions of its invite link.")]


async def native_findings(subject: Subject, guild: LookedAt) -> Findings:
    """Whether Discord's own AutoMod can be kept in step, where the programme asks for that; nothing else is asked.

    Raises:
        DiscordSetupError: the server could not be looked at.
    """
    if not subject.programme.moderation.native:
        return []
    held = (await guild.snapshot(subject.people)).bot_permissions
    if held & (Permission.MANAGE_GUILD | Permission.ADMINISTRATOR) == NOTHING:
        return [
            warn(
                AUTOMOD,
                "The programme has Discord itself stop slurs and invites, and the bot may not set that up.",
                "Give its role Manage Server, or take `native` out of the file; until then the bot removes them.",
            )
        ]
    return [ok(AUTOMOD, "The bot may keep the rules by which Discord itself stops slurs and invites.")]


async def layout_findings(subject: Subject, guild: LookedAt, programmes: ProgrammeService | None) -> Findings:
    """What `apply` would do, and what would keep it from doing it. Without ``programmes`` nothing was ever applied.

    Raises:
        DiscordSetupError: the server could not be looked at, or is not the one that the programme is for.
    """
    if programmes is not None:
        report = await programmes.apply(subject.programme, guild, dry_run=True)
    else:
        report = await _first_report(subject.programme, guild)
    held = (await guild.snapshot(())).bot_permissions
    is_short = Permission.ADMINISTRATOR not in held and bool(BOT_PERMISSIONS & ~held)
    # The first obstacle is what `permission_findings` says with the invite link.
    order = [fail(ROLES, sentence) for sentence in report.obstacles[is_short:]]
    return [
        *(order or [ok(ROLES, "The bot's role stands above the programme's.")]),
        *change_findings(report.changes, subject),
    ]


def change_findings(changes: Sequence[Action], subject: Subject) -> Findings:
    """What is not in the server as the programme says: a shortcoming only once the programme was applied."""
    if not changes:
        return [ok(CHANNELS, "All roles, categories and channels are as the programme says.")]
    if not subject.is_applied:
        steps = counted(len(changes), "step", "steps")
        return [warn(CHANNELS, f"The programme was not applied yet: {steps} to do.", subject.repair)]
    findings = [
        (fail if _matters(change) else warn)(CHANNELS, f"Not as the programme says. {change.describe()}")
        for change in changes
    ]
    shown, left = findings[:MOST_SHOWN], findings[MOST_SHOWN:]
    if left:
        worst = fail if any(finding.level is Level.FAIL for finding in left) else warn
        shown.append(worst(CHANNELS, f"And {counted(len(left), 'step', 'steps')} more."))
    return [*shown[:-1], replace(shown[-1], advice=subject.repair)]


def _matters(change: Action) -> bool:
    """Whether something cannot work without this step, or somebody sees or may do what they should not."""
    match change:
        case CreateRole() | CreateCategory() | CreateChannel() | TakeStaffRole():
            return True
        case EditRole(permissions=permissions):
            return permissions is not None
        case EditChannel(grants=grants):
            return grants is not None
        case _:
            return False


async def _first_report(programme: Programme, guild: LookedAt) -> ApplyReport:
    layout = desired_layout(programme)
    actual = await guild.snapshot(layout.staff)
    planned = plan(layout, actual, Known())
    return ApplyReport(planned.actions, done=False, obstacles=obstacles(actual, planned))


def _invite(client: discord.Client) -> str:
    return invite_url(client.application_id or 0)
