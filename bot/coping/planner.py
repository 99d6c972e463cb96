"""Writes the daily skill posts of the coming days into the outbox."""

from datetime import datetime

from bot.coping.rules import PromptTime, prompt_times
from bot.db import Database
from bot.delivery.service import Draft, Lane, Outbox
from bot.program.layout import ObjectKind, coping_key
from bot.program.service import ProgrammeService
from bot.timing import Clock

POST = "coping.post"


class SkillPlanner:
    """A post a group and day. Which skill it is gets chosen when it goes out: until then the library may change."""

    name = "coping"

    def __init__(self, database: Database, clock: Clock, outbox: Outbox, programmes: ProgrammeService) -> None:
        self._database, self._clock, self._outbox, self._programmes = database, clock, outbox, programmes

    async def plan(self, start: datetime, end: datetime) -> None:
        """Write the posts of every occurrence in [start, end), both UTC, whose day has not ended yet."""
        now = self._clock.now()
        for running in await self._programmes.all():
            drafts = []
            for prompt in prompt_times(running.programme, start, end):
                key = coping_key(prompt.group_key)
                channel_id = await self._programmes.object_id(running.guild_id, ObjectKind.CHANNEL, key)
                if prompt.ends_at > now and channel_id is not None:
                    drafts.append(_post(running.guild_id, prompt, channel_id))
            if drafts:
                async with self._database.write() as session:
                    await self._outbox.put(session, drafts)


def _post(guild_id: int, prompt: PromptTime, channel_id: int) -> Draft:
    moment = int(prompt.due_at.timestamp())
    return Draft(
        kind=POST,
        lane=Lane.BULK,
        # The moment is part of the key: where the programme moves its hour, the moved post is another one.
        dedupe_key=f"skill:{guild_id}:{prompt.group_key}:{prompt.local_date}:{moment}",
        guild_id=guild_id,
        channel_id=channel_id,
        due_at=prompt.due_at,
        subject=f"skills:{guild_id}:{prompt.group_key}",
        arguments={"group": prompt.group_key, "date": prompt.local_date.isoformat()},
        expires_at=prompt.ends_at,
    )
