"""The whole programme on this machine: the sandbox, the bot, a seeded house, and a page to be everybody in it.

Everything here is simulated but the bot: it is the real one, over a real connection, with a real database that is made
anew at each start, in ``data/demo``.
"""

import asyncio
import shutil
import signal
import socket
from pathlib import Path

from pydantic import SecretStr

from bot.app import App, Tempo
from bot.errors import SettingsError
from bot.observe.logs import configure_logs
from bot.program.permissions import BOT_PERMISSIONS
from bot.timing import OffsetClock
from config.settings import DatabaseSettings, DiscordSettings, Settings, WebSettings
from sandbox import Sandbox
from sandbox.world.guilds import Guild
from sandbox.world.interactions import Interaction

FOLDER = Path("data/demo")
STAFF = ("Rivera", "Chen", "Okafor")
MEMBERS = {"Alex": "morning", "Bea": "morning", "Jo": "evening"}
NOT_YET = ("Sam",)

PROGRAMME = """\
program: {{name: Riverside, timezone: America/New_York, country: US, languages: [en, es]}}
guild: "{guild}"
staff: ["{Rivera}", "{Chen}", "{Okafor}"]
groups:
  - {{key: morning, name: Morning group, track: iop}}
  - {{key: evening, name: Evening group, track: aftercare}}
checkins:
  - {{group: morning, time: "09:00", window: 12h}}
  - {{group: evening, days: [mon, wed, fri], time: "17:00", window: 12h}}
prompts:
  - {{group: morning, time: "08:30"}}
  - {{group: evening, time: "16:30"}}
sessions:
  - {{key: morning-group, group: morning, title: Morning group, starts: 2026-01-05T10:00, duration: 3h,
     rrule: "FREQ=DAILY", where: Room 2, reminders: [24h, 1h, 10m]}}
  - {{key: evening-group, group: evening, title: Evening group, starts: 2026-01-05T18:00, duration: 90m,
     rrule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", reminders: [1h, 10m]}}
oncall:
  rota: {{handoff: "mon 09:00", people: ["{Rivera}", "{Chen}"]}}
  backup: ["{Okafor}"]
  repeat: 5m
"""


async def demo(*, port: int) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises:
        SettingsError: where the port is taken.
    """
    configure_logs(as_json=False, level="WARNING")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    sandbox = Sandbox()
    try:
        await sandbox.start(port=port)
    except OSError as error:
        raise SettingsError(
            f"Port {port} is taken: try `python -m bot demo --port 0`, which takes a free one."
        ) from error
    try:
        guild = people_of_the_house(sandbox)
        app = await _start_bot(sandbox, guild)
        try:
            await _enrol(sandbox, guild)
            print(_welcome(sandbox), flush=True)
            await stopped.wait()
        finally:
            await app.close()
    finally:
        await sandbox.stop()
    return 0


def people_of_the_house(sandbox: Sandbox) -> Guild:
    """A server with its owner, staff and members, none with a role yet, and the bot as its invite link lets it in."""
    world = sandbox.world
    guild = world.add_guild("Riverside", world.add_user("owner", "Owner"))
    for name in (*STAFF, *MEMBERS, *NOT_YET):
        guild.add_member(world.add_user(name.lower(), name))
    world.add_user("stranger", "Stranger")
    world.add_bot_to_guild(guild, int(BOT_PERMISSIONS))
    return guild


async def _start_bot(sandbox: Sandbox, guild: Guild) -> App:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    file = FOLDER / "programme.yaml"
    ids = {user.display_name: user.id for user in sandbox.world.users.values()}
    file.write_text(PROGRAMME.format(guild=guild.id, **ids), encoding="utf-8")
    web = _free_port()
    settings = Settings(
        discord=DiscordSettings(token=SecretStr(sandbox.token), api_base=sandbox.api_base),
        web=WebSettings(base_url=f"http://127.0.0.1:{web}", port=web),
        database=DatabaseSettings(url=f"sqlite+aiosqlite:///{FOLDER / 'handrail.db'}"),
        program=file,
    )
    clock = OffsetClock()
    sandbox.clock.subscribe(clock.move)
    app = await App.build(settings, clock, Tempo(guilds_within=0.1))  # the sandbox's one server comes at once
    await app.start()
    return app


def _free_port() -> int:
    """A port that nobody uses at this moment: the private pages need to know theirs before they listen."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _enrol(sandbox: Sandbox, guild: Guild) -> None:
    """Rivera enrols the members, who read the notice and agree: as they would, by command and button."""
    people = sandbox.people
    ids = {user.display_name: user.id for user in sandbox.world.users.values()}
    staff_room = next(channel for channel in guild.channels.values() if channel.name == "staff-room")

    async def enrol(name: str, group: str) -> None:
        await _done(sandbox, people.command(ids["Rivera"], staff_room, "member enrol", user=ids[name], group=group))
        await sandbox.changed(lambda: people.dms(ids[name]), 20)
        await _done(sandbox, people.click(ids[name], people.dms(ids[name])[-1], "I agree"))

    await asyncio.gather(*(enrol(name, group) for name, group in MEMBERS.items()))


async def _done(sandbox: Sandbox, interaction: Interaction) -> None:
    await sandbox.changed(lambda: interaction.complete, 20)


def _welcome(sandbox: Sandbox) -> str:
    return (
        "\n"
        f"  Handrail is running against a Discord of its own:  {sandbox.page_url}\n\n"
        "  Be Alex, and write in #morning-check-in. Be Rivera, who is on call. Move the clock to 09:00.\n"
        "  Sam is not enrolled yet: as Rivera, run /member enrol. Nothing leaves this machine. Ctrl+C ends it.\n"
        "  `Open` on a card in #on-call leads to its private page; it asks staff for a code of any authenticator app,\n"
        "  which goes by the real clock: open them before you move this one.\n"
    )
