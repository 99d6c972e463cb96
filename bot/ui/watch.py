"""The lines in #on-call and #staff-room that tell what of ours does not work."""

import json
from datetime import datetime

import discord

from bot.content import Content
from bot.delivery.service import Delivery, Outcome, Post, QuietKind, Withdrawn
from bot.oncall.cover_watch import LINE
from bot.program.layout import ObjectKey
from bot.program.service import ProgrammeService
from bot.ui.places import Places

PEOPLE = frozenset({"who", "backup"})
"""Values that are ids of people, shown as mentions; who is pinged is another list."""


class WatchLine(QuietKind):
    """One line; the channel is looked up when it goes out, for it may have been made anew."""

    name = LINE
    gives_up_on = frozenset({Outcome.REFUSED, Outcome.TARGET_GONE})

    def __init__(self, programmes: ProgrammeService, content: Content, places: Places) -> None:
        self._programmes, self._content, self._places = programmes, content, places

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The line, in the programme's first language."""
        del now
        programme = await self._programmes.current(delivery.guild_id)
        language = programme.program.languages[0].value if programme else "en"
        given = json.loads(str(delivery.arguments["values"]))
        values = {name: _mentions(value) if name in PEOPLE else value for name, value in given.items()}
        people = [int(one) for one in str(delivery.arguments["people"]).split()]
        place = ObjectKey(str(delivery.arguments["place"]))
        return Post(
            content=self._content.texts.say(language, f"watch.{delivery.arguments['key']}", **values)[:2000],
            mentions=discord.AllowedMentions(
                everyone=False, roles=False, users=[discord.Object(person) for person in people]
            ),
            channel_id=await self._places.channel(delivery.guild_id, place),
        )


def _mentions(ids: str) -> str:
    return " ".join(f"<@{one}>" for one in ids.split())
