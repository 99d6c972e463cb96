"""Taking a message out of a channel, by Discord: at once, and again by the outbox where that was cut off."""

from datetime import datetime

import aiohttp
import discord

from bot.db import Session
from bot.delivery.pacing import Aside, current_lane
from bot.delivery.service import Deed, Delivery, Outcome, QuietKind, Receipt, Withdrawn
from bot.moderation.service import HIDE, Hidden, ModerationService
from bot.observe.logs import get_logger

log = get_logger(__name__)

THREAD_IS_ARCHIVED = 50083
"""Discord's code where something is to be changed in a thread that has gone to sleep."""
REASON = "Handrail: held for staff"


class Hiding:
    """The one request that counts, in a turn before every reminder's and after every page's."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def at_once(self, channel_id: int, message_id: int) -> Hidden:
        """Try it once."""
        try:
            await self.take(channel_id, message_id)
        except discord.NotFound:
            return Hidden.GONE
        except discord.HTTPException as refused:
            log.warning("moderation.not_hidden", message=message_id, status=refused.status, code=refused.code)
            return Hidden.NOT_ALLOWED if 400 <= refused.status < 500 and refused.status != 429 else Hidden.LATER
        except (discord.RateLimited, aiohttp.ClientError, OSError) as failure:
            log.warning("moderation.not_hidden", message=message_id, error=type(failure).__name__)
            return Hidden.LATER
        return Hidden.DONE

    async def take(self, channel_id: int, message_id: int) -> None:
        """Take it away, also out of a thread that has gone to sleep. Raises what Discord answers."""
        before = current_lane.set(Aside.HIDING)
        http = self._client.http
        try:
            await http.delete_message(channel_id, message_id, reason=REASON)
        except discord.HTTPException as refused:
            if refused.code != THREAD_IS_ARCHIVED:
                raise
            await http.edit_channel(channel_id, archived=False)
            await http.delete_message(channel_id, message_id, reason=REASON)
        finally:
            current_lane.reset(before)

    async def fetch(self, url: str) -> bytes | None:
        """A file that hangs on a message, or none where it cannot be had."""
        try:
            return await self._client.http.get_from_cdn(url)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as failure:
            log.warning("moderation.file_not_had", error=type(failure).__name__)
            return None


class HeldHide(QuietKind):
    """Carries on where the first attempt was cut off: by a restart, an outage, a limit of Discord's."""

    name = HIDE

    def __init__(self, moderation: ModerationService, hiding: Hiding) -> None:
        self._moderation, self._hiding = moderation, hiding

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """The request, where the message is still to go; also where its row was erased meanwhile."""
        del now
        channel_id, message_id = delivery.channel_id, int(delivery.arguments["message"])
        needed = await self._moderation.held.needs_hiding(*_which(delivery))
        if channel_id is None or not needed:
            return Withdrawn()

        async def take() -> Receipt:
            await self._hiding.take(channel_id, message_id)
            return Receipt()

        return Deed(take)

    async def sent(self, session: Session, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
        """It is out of sight."""
        del receipt, now
        await self._moderation.held.hidden(session, *_which(delivery), Hidden.DONE)

    async def failed(self, session: Session, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Gone counts as done: an attempt of ours may have arrived unseen. A refusal is for staff to know."""
        del now
        came = Hidden.DONE if outcome is Outcome.TARGET_GONE else Hidden.NOT_ALLOWED
        await self._moderation.held.hidden(session, *_which(delivery), came)


class Unpost(QuietKind):
    """Takes what was posted for somebody out of the group: its author took it back, or erased it."""

    def __init__(self, hiding: Hiding) -> None:
        self._hiding = hiding

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """Delete it; one that is not there any more needs nothing."""
        del now
        channel_id, message_id = delivery.channel_id, int(delivery.arguments["message"])
        if channel_id is None:
            return Withdrawn()

        async def take_back() -> Receipt:
            try:
                await self._hiding.take(channel_id, message_id)
            except discord.NotFound:
                return Receipt()
            return Receipt()

        return Deed(take_back)


def _which(delivery: Delivery) -> tuple[int, int]:
    return int(delivery.arguments["held"]), int(delivery.arguments["revision"])
