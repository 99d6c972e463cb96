"""A small house to try the page in: two groups, staff, threads, and a real client that answers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import app_commands

from sandbox import Sandbox
from sandbox.permissions import ROLE, Overwrite, Permission
from sandbox.world.channels import Channel, Thread
from sandbox.world.guilds import Guild
from sandbox.world.kinds import ChannelType
from sandbox.world.threads import start_thread
from sandbox.world.users import User
from tests.sandbox.house import Bot

NAMES = ("Rivera", "Chen", "Alex", "Bea")
_SEES = int(Permission.VIEW_CHANNEL)


@dataclass(slots=True)
class Stage:
    """Who and what there is, by name."""

    sandbox: Sandbox
    guild: Guild
    people: dict[str, User]
    channels: dict[str, Channel]
    private: Thread
    tasks: list[tuple[Bot, "asyncio.Task[None]"]] = field(default_factory=list)

    @property
    def bot(self) -> Bot:
        return self.tasks[0][0]

    async def close(self) -> None:
        for bot, task in self.tasks:
            await bot.close()
            await asyncio.wait({task}, timeout=5)
        await self.sandbox.stop()


def furnish(sandbox: Sandbox) -> Stage:
    """Rivera and Chen are staff, Alex is in the morning group, Bea in the evening group; a stranger stays outside."""
    world = sandbox.world
    owner = world.add_user("owner", "Owner")
    guild = world.add_guild("Riverside", owner)
    people = {name: world.add_user(name.lower(), name) for name in NAMES}
    people |= {"Owner": owner, "Stranger": world.add_user("stranger", "Stranger")}
    for name in NAMES:
        guild.add_member(people[name])
    staff = guild.add_role("Staff", int(Permission.MODERATE_MEMBERS), colour=0x0D7A6B)
    on_call = guild.add_role("On call", colour=0xB8442F, mentionable=True)
    groups = {"morning": guild.add_role("Morning group", colour=0x3B6EA8), "evening": guild.add_role("Evening group")}
    people_roles = {
        "Rivera": (staff, on_call),
        "Chen": (staff,),
        "Alex": (groups["morning"],),
        "Bea": (groups["evening"],),
    }
    for name, roles in people_roles.items():
        guild.member(people[name]).set_roles(role.id for role in roles)
    hidden = Overwrite(guild.id, ROLE, 0, _SEES)
    read_only = Overwrite(guild.id, ROLE, 0, int(Permission.SEND_MESSAGES))
    channels = {"welcome": guild.add_channel("welcome", overwrites=[read_only], topic="Good to see you.")}
    for key, role in groups.items():
        shown = [hidden, Overwrite(role.id, ROLE, _SEES, 0), Overwrite(staff.id, ROLE, _SEES, 0)]
        category = guild.add_channel(role.name, ChannelType.CATEGORY, overwrites=shown)
        for kind in ("check-in", "coping"):
            channels[f"{key}-{kind}"] = guild.add_channel(f"{key}-{kind}", parent=category)
    for_staff = [hidden, Overwrite(staff.id, ROLE, _SEES, 0)]
    category = guild.add_channel("Staff", ChannelType.CATEGORY, overwrites=for_staff)
    for name in ("on-call", "staff-room"):
        channels[name] = guild.add_channel(name, parent=category)
    world.add_bot_to_guild(guild, int(Permission.ADMINISTRATOR))
    private = start_thread(channels["welcome"], world.bot.id, "For Alex", private=True)
    private.join(people["Alex"].id)
    return Stage(sandbox, guild, people, channels, private)


class Form(discord.ui.Modal, title="How is it today?"):
    """Two fields under labels, a select among them."""

    words: Any = discord.ui.Label(
        text="In a few words",
        description="Only staff read this.",
        component=discord.ui.TextInput(custom_id="words", max_length=60, style=discord.TextStyle.paragraph),
    )
    evening: Any = discord.ui.Label(
        text="This evening",
        component=discord.ui.Select(
            custom_id="evening",
            options=[
                discord.SelectOption(label="At home", value="home"),
                discord.SelectOption(label="At a meeting", value="meeting"),
            ],
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        chosen = self.evening.component.values[0]
        await interaction.response.send_message(f"Thank you: {self.words.component.value} ({chosen})", ephemeral=True)


class Card(discord.ui.View):
    """The buttons of a check-in card, and a menu."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Check in", style=discord.ButtonStyle.primary, custom_id="card:form")
    async def open_form(self, interaction: discord.Interaction, _button: Any) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Say hello", style=discord.ButtonStyle.secondary, custom_id="card:hello")
    async def hello(self, interaction: discord.Interaction, _button: Any) -> None:
        await interaction.response.send_message("Hello, only you.", ephemeral=True)

    @discord.ui.button(label="Silence", style=discord.ButtonStyle.danger, custom_id="card:silence")
    async def silence(self, _interaction: discord.Interaction, _button: Any) -> None:
        """Never answers."""

    @discord.ui.select(
        placeholder="What helped?",
        custom_id="card:helped",
        options=[discord.SelectOption(label="A walk"), discord.SelectOption(label="A call")],
    )
    async def helped(self, interaction: discord.Interaction, menu: Any) -> None:
        await interaction.response.send_message(f"Noted: {menu.values[0]}", ephemeral=True)


def add_commands(bot: Bot, guild_id: int) -> None:
    """A bare command, one with subcommands and options of several kinds, and a message menu."""
    guild = discord.Object(guild_id)

    @app_commands.command(name="skill", description="A coping skill for now")
    async def skill(interaction: discord.Interaction, need: str | None = None) -> None:
        await interaction.response.send_message(f"Breathe out slowly. ({need or 'anything'})", ephemeral=True)

    member = app_commands.Group(
        name="member", description="Members", default_permissions=discord.Permissions(moderate_members=True)
    )

    @member.command(name="enrol", description="Invite somebody into a group")
    @app_commands.choices(group=[app_commands.Choice(name="Morning", value="morning")])
    async def enrol(
        interaction: discord.Interaction, user: discord.Member, group: app_commands.Choice[str], weeks: int = 8
    ) -> None:
        text = f"{user.mention} is invited to {group.name} for {weeks} weeks."
        await interaction.response.send_message(text, ephemeral=True)

    @app_commands.context_menu(name="Report to staff")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(
            f"Staff will look at it: {len(message.content)} letters.", ephemeral=True
        )

    commands: tuple[Any, ...] = (skill, member, report)
    for command in commands:
        bot.tree.add_command(command, guild=guild)


async def start_bot(stage: Stage) -> Bot:
    """Run the client until it is ready, with its commands registered and its views listening."""
    bot = Bot()
    bot.notify = stage.sandbox.changes.notify
    add_commands(bot, stage.guild.id)
    ready = asyncio.Event()

    async def on_ready() -> None:
        ready.set()

    bot.on_ready = on_ready  # type: ignore[attr-defined]  # discord.py finds it by name
    task = asyncio.create_task(bot.start(stage.sandbox.token), name="bot under test")
    stage.tasks.append((bot, task))
    await asyncio.wait_for(ready.wait(), 10)
    bot.add_view(Card())
    await bot.tree.sync(guild=discord.Object(stage.guild.id))
    return bot


async def post_card(stage: Stage, channel: str) -> discord.Message:
    """The bot posts a check-in card."""
    place: Any = await stage.bot.fetch_channel(stage.channels[channel].id)
    embed = discord.Embed(title="Good morning", description="How is it going **today**?", colour=0x0D6B63)
    embed.add_field(name="Open until", value="<t:1795000000:t>", inline=True)
    embed.add_field(name="Who reads it", value="You choose", inline=True)
    embed.set_footer(text="Morning group")
    sent: discord.Message = await place.send(embed=embed, view=Card())
    return sent
