"""Slash commands and message menus: registering, offering, running."""

import discord
import pytest
from discord import app_commands

from sandbox import Refused
from tests.sandbox.house import Bot, House

Seen = list[tuple[object, ...]]


def build(bot: Bot, seen: Seen) -> None:
    """A tree with groups, every kind of option, a command for staff, and a menu."""
    session = app_commands.Group(name="session", description="Sessions")
    series = app_commands.Group(name="series", description="Series", parent=session)

    @session.command(name="create", description="Create a session")
    @app_commands.choices(day=[app_commands.Choice(name="Monday", value="mon")])
    async def create(
        interaction: discord.Interaction,
        title: app_commands.Range[str, 1, 20],
        minutes: app_commands.Range[int, 5, 240],
        day: app_commands.Choice[str] | None = None,
        online: bool = False,
        fee: float | None = None,
    ) -> None:
        seen.append((title, minutes, day.value if day else None, online, fee))
        await interaction.response.send_message(f"{title} is set", ephemeral=True)

    @series.command(name="end", description="End a series")
    async def end(
        interaction: discord.Interaction,
        who: discord.Member,
        role: discord.Role,
        where: discord.TextChannel,
    ) -> None:
        seen.append((who.display_name, role.name, where.name))
        await interaction.response.send_message("ended")

    @bot.tree.command(name="who", description="Who")
    async def who(interaction: discord.Interaction) -> None:
        seen.append(
            (interaction.user.display_name, interaction.locale, interaction.guild_id, interaction.context.guild)
        )
        await interaction.response.send_message("you")

    @bot.tree.command(name="staffonly", description="Staff")
    @app_commands.default_permissions(moderate_members=True)
    @app_commands.guild_only()
    async def staffonly(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("yes")

    @bot.tree.context_menu(name="Report to staff")
    async def report(interaction: discord.Interaction, message: discord.Message) -> None:
        seen.append((message.content, message.author.display_name))
        await interaction.response.send_message("Thank you", ephemeral=True)

    bot.tree.add_command(session)


@pytest.fixture
async def seen(house: House) -> Seen:
    found: Seen = []
    bot = await house.start_bot()
    build(bot, found)
    await bot.tree.sync()
    return found


async def test_a_subcommand_runs_with_its_options(house: House, seen: Seen) -> None:
    people = house.sandbox.people
    interaction = people.command(
        house.alex, house.general, "session create", title="Morning", minutes=180, day="Monday", online=True, fee=1.5
    )
    await interaction.answered()
    assert seen == [("Morning", 180, "mon", True, 1.5)]
    (answer,) = interaction.messages
    assert answer.text == "Morning is set"
    assert interaction.ephemeral == [answer]
    assert people.read(house.alex, house.general)[-1] is answer
    assert answer not in people.read(house.bea, house.general)


async def test_users_roles_and_channels_are_resolved(house: House, seen: Seen) -> None:
    role = house.guild.add_role("Morning")
    interaction = house.sandbox.people.command(
        house.alex, house.general, "/session series end", who=house.bea, role=role.id, where=str(house.general.id)
    )
    await interaction.answered()
    assert seen == [("Bea", "Morning", "general")]
    assert interaction.messages[0].interaction is not None
    assert interaction.messages[0].interaction["user"]["id"] == str(house.alex.id)


async def test_the_language_of_the_person_arrives_and_dms_too(house: House, seen: Seen) -> None:
    people = house.sandbox.people
    people.set_locale(house.alex, "es-ES")
    await people.command(house.alex, house.general, "who").answered()
    await people.command(house.alex, people.dm_channel(house.alex), "who").answered()
    assert seen == [
        ("Alex", discord.Locale.spain_spanish, house.guild.id, True),
        ("Alex", discord.Locale.spain_spanish, None, False),
    ]


async def test_the_menu_offers_what_the_person_may_run(house: House, seen: Seen) -> None:
    people = house.sandbox.people
    paths = [each.path for each in people.commands_for(house.alex, house.general)]
    assert sorted(paths) == ["session create", "session series end", "who"]
    assert "staffonly" in [each.path for each in people.commands_for(house.owner, house.general)]
    with pytest.raises(Refused, match="no_command"):
        people.command(house.alex, house.general, "staffonly")
    with pytest.raises(Refused, match="no_command"):
        people.command(house.owner, people.dm_channel(house.owner), "staffonly")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"minutes": 5}, "required"),
        ({"title": "x", "minutes": 4}, "range"),
        ({"title": "x", "minutes": 2.5}, "type"),
        ({"title": "x" * 21, "minutes": 5}, "length"),
        ({"title": "x", "minutes": 5, "day": "Sunday"}, "choice"),
        ({"title": "x", "minutes": 5, "online": "yes"}, "type"),
        ({"title": "x", "minutes": 5, "colour": "red"}, "unknown_option"),
    ],
)
async def test_the_client_checks_the_options(house: House, seen: Seen, options: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        house.sandbox.people.command(house.alex, house.general, "session create", **options)
    assert refused.value.code == code
    assert seen == []


async def test_a_message_menu_hands_the_message_over(house: House, seen: Seen) -> None:
    people = house.sandbox.people
    said = people.say(house.bea, house.general, "something unkind")
    assert people.menus_for(house.alex, said) == ["Report to staff"]
    interaction = people.message_menu(house.alex, "Report to staff", said)
    await interaction.answered()
    assert seen == [("something unkind", "Bea")]
    assert interaction.ephemeral[0].text == "Thank you"


async def test_a_command_keeps_its_id_while_it_keeps_its_name(house: House, seen: Seen) -> None:
    (bot, _) = house.bots[0]
    before = {command.name: command.id for command in await bot.tree.fetch_commands()}
    bot.tree.remove_command("who")
    after = {command.name: command.id for command in await bot.tree.sync()}
    assert "who" not in after
    assert after == {name: number for name, number in before.items() if name != "who"}


async def test_a_guilds_own_commands_are_offered_there_only(house: House, seen: Seen) -> None:
    (bot, _) = house.bots[0]
    here = discord.Object(house.guild.id)

    @bot.tree.command(name="local", description="Only here", guild=here)
    async def local(interaction: discord.Interaction) -> None:
        seen.append(("local", interaction.command_failed))
        await interaction.response.send_message("here")

    await bot.tree.sync(guild=here)
    await house.sandbox.people.command(house.alex, house.general, "local").answered()
    assert seen == [("local", False)]
    dm = house.sandbox.people.dm_channel(house.alex)
    assert "local" not in [each.path for each in house.sandbox.people.commands_for(house.alex, dm)]


async def test_a_wrong_command_is_refused_by_discord(house: House, seen: Seen) -> None:
    (bot, _) = house.bots[0]
    body = [{"name": "Has Capitals", "description": "", "type": 1}]
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.bulk_upsert_global_commands(bot.application_id or 0, body)
    assert refused.value.code == 50035
