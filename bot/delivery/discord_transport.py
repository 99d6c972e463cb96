"""The transport over discord.py: by ids, never by caches, with every refusal of Discord given its name."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Protocol

import aiohttp
import discord

from bot.delivery.kinds import Deed, Post, Receipt
from bot.delivery.records import Delivery
from bot.delivery.rules import Lane, Outcome
from bot.delivery.transport import IsKnown, RefusedForGoodError, TryLaterError, UnsureError
from bot.observe.logs import get_logger

log = get_logger(__name__)

# Discord's JSON error codes, from its developer documentation ("Opcodes and status codes").
CANNOT_MESSAGE_USER = {50007, 50278}
OPENING_DMS_TOO_FAST = 40003
UNKNOWN_TARGET = {10003, 10007, 10008, 10013}
NO_ACCESS = {50001, 50013}
DMS_REST_FOR = timedelta(minutes=10)
LOOK_BACK = timedelta(minutes=5)
LOOKED_THROUGH = 500
FAILING_AFTER = 3
"""Attempts in a row that Discord did not answer, after which it counts as failing."""


class DmBook(Protocol):
    """Where each person's DM with the bot is. Discord does not list DM channels, so their ids are kept."""

    async def find(self, user_id: int) -> int | None:
        """The DM channel of ``user_id``, where it was opened before."""

    async def keep(self, user_id: int, channel_id: int) -> None:
        """Remember the DM channel of ``user_id``."""

    async def forget(self, user_id: int) -> None:
        """Discord does not know that channel any more."""


class DiscordTransport:
    """Creates messages through one logged-in client."""

    def __init__(self, client: discord.Client, dms: DmBook) -> None:
        self._client, self._dms = client, dms
        self._dms_rest_until = 0.0
        self._openings = asyncio.Semaphore(2)
        self._unanswered = 0

    @property
    def is_failing(self) -> bool:
        """Whether Discord has left the last few attempts without an answer: pages should not rely on it alone."""
        return self._unanswered >= FAILING_AFTER

    async def post(self, delivery: Delivery, post: Post) -> Receipt:
        """Create the message under the delivery's nonce, which Discord enforces for a few minutes."""
        channel_id = post.channel_id or await self._channel_of(delivery)
        try:
            return await self._create(channel_id, delivery, post)
        except RefusedForGoodError as refusal:
            if refusal.outcome is Outcome.REFUSED and post.plain is not None:
                log.error("outbox.full_form_refused", delivery=delivery.id, kind=delivery.kind)  # noqa: TRY400  # no trace is wanted
                return await self._create(channel_id, delivery, Post(content=post.plain, mentions=post.mentions))
            gone = refusal.outcome in {Outcome.TARGET_GONE, Outcome.NO_ACCESS}
            if gone and post.channel_id is None and delivery.channel_id is None and delivery.user_id is not None:
                # A DM we knew from elsewhere (a restored database, another application): it is opened anew.
                await self._dms.forget(delivery.user_id)
                raise TryLaterError from None
            if refusal.outcome is Outcome.TARGET_GONE and await self._still_there(channel_id):
                raise TryLaterError from None
            raise

    async def _create(self, channel_id: int, delivery: Delivery, post: Post) -> Receipt:
        if post.view is not None:
            post.view.stop()  # its buttons are answered by their custom ids; discord.py need not remember it
        channel = self._client.get_partial_messageable(channel_id)
        try:
            message = await channel.send(
                post.content or None,
                embed=post.embed,  # type: ignore[arg-type]  # None is fine at run time; its overloads do not say so
                view=post.view,  # type: ignore[arg-type]  # as above
                allowed_mentions=post.mentions,
                nonce=delivery.nonce,
                **_more(channel_id, post),
            )
        except asyncio.CancelledError:
            self._unanswered += 1  # cut off by the attempt's deadline
            raise
        except Exception as error:
            raise self._heard(error, delivery.lane) from error
        self._unanswered = 0
        return Receipt(channel_id, message.id)

    async def do(self, delivery: Delivery, deed: Deed) -> Receipt:
        """Carry out a deed, its refusals named as a message's are."""
        try:
            return await deed.run()
        except Exception as error:
            raise self._heard(error, delivery.lane) from error

    def _heard(self, error: Exception, lane: Lane) -> Exception:
        """What an exception means for the delivery; and whether Discord has answered at all."""
        named = _named(error, lane)
        answered = isinstance(named, RefusedForGoodError) or (isinstance(named, TryLaterError) and lane is Lane.BULK)
        self._unanswered = 0 if answered else self._unanswered + 1
        return named

    async def look_up(self, delivery: Delivery, post: Post, since: datetime, is_known: IsKnown) -> Receipt | None:
        """Find what an earlier attempt left: our own message, since then, with this nonce or this very form."""
        channel_id = post.channel_id or await self._channel_of(delivery)
        channel = self._client.get_partial_messageable(channel_id)
        mine = self._client.user
        try:
            async for message in channel.history(after=since - LOOK_BACK, limit=LOOKED_THROUGH, oldest_first=True):
                is_ours = mine is not None and message.author.id == mine.id and _is_the_same(message, delivery, post)
                if is_ours and not await is_known(message.id):
                    return Receipt(channel_id, message.id)
        except Exception as error:
            raise _named(error, delivery.lane) from error
        return None

    async def _channel_of(self, delivery: Delivery) -> int:
        if delivery.channel_id is not None:
            return delivery.channel_id
        if delivery.user_id is None:
            raise RefusedForGoodError(Outcome.TARGET_GONE)
        known = await self._dms.find(delivery.user_id)
        if known is not None:
            return known
        now = asyncio.get_running_loop().time()
        if now < self._dms_rest_until and delivery.lane is not Lane.CRISIS:
            raise TryLaterError(self._dms_rest_until - now)
        try:
            opened = await self._open(delivery.user_id, delivery.lane)
        except Exception as error:
            if isinstance(error, discord.HTTPException) and error.code == OPENING_DMS_TOO_FAST:
                self._dms_rest_until = now + DMS_REST_FOR.total_seconds()
            raise self._heard(error, delivery.lane) from error
        channel_id = int(opened["id"])
        await self._dms.keep(delivery.user_id, channel_id)
        return channel_id

    async def _open(self, user_id: int, lane: Lane) -> Any:  # noqa: ANN401  # Discord's object
        """Open a DM. Discord counts these in one narrow bucket: reminders leave it to pages, but for two at a time."""
        if lane is Lane.CRISIS:
            return await self._client.http.start_private_message(user_id)
        async with self._openings:
            return await self._client.http.start_private_message(user_id)

    async def _still_there(self, channel_id: int) -> bool:
        """Ask Discord itself: an outage answers "unknown channel" too, and an outage is not a removal."""
        try:
            await self._client.http.get_channel(channel_id)
        except discord.NotFound:
            return False
        except (discord.HTTPException, aiohttp.ClientError, OSError):
            return True
        return True


def _named(error: Exception, lane: Lane) -> Exception:
    """What an exception of discord.py means for the delivery. Where it is not known to mean "no", it means "unsure"."""
    match error:
        case discord.RateLimited():
            return TryLaterError(error.retry_after)
        case discord.HTTPException(status=429):
            return TryLaterError(None)
        case discord.HTTPException(code=code) if code in CANNOT_MESSAGE_USER:
            return RefusedForGoodError(Outcome.DM_CLOSED)
        case discord.HTTPException(code=code) if code == OPENING_DMS_TOO_FAST:
            return TryLaterError(DMS_REST_FOR.total_seconds() if lane is not Lane.CRISIS else None)
        case discord.HTTPException(code=code) if code in UNKNOWN_TARGET:
            return RefusedForGoodError(Outcome.TARGET_GONE)
        case discord.HTTPException(code=code) if code in NO_ACCESS:
            return RefusedForGoodError(Outcome.NO_ACCESS)
        case discord.HTTPException(status=401):
            return TryLaterError(None)
        case discord.HTTPException(status=status) if 400 <= status < 500:
            return RefusedForGoodError(Outcome.REFUSED)
        case discord.HTTPException() | aiohttp.ClientError() | OSError() | TimeoutError():
            return UnsureError()
        case _:
            return error


def _more(channel_id: int, post: Post) -> dict[str, Any]:
    """What few messages have: files, and another message that they answer."""
    more: dict[str, Any] = {}
    if post.files:
        more["files"] = [discord.File(BytesIO(content), filename=name) for name, content in post.files]
    if post.reply_to is not None:
        more["reference"] = discord.MessageReference(
            message_id=post.reply_to, channel_id=channel_id, fail_if_not_exists=False
        )
    return more


def _is_the_same(message: discord.Message, delivery: Delivery, post: Post) -> bool:
    if message.nonce is not None:
        return str(message.nonce) == delivery.nonce
    if message.content != (post.content or ""):
        return False
    wanted = [post.embed.to_dict()] if post.embed else []
    found = [embed.to_dict() for embed in message.embeds]
    if [_mark_of(card) for card in found] != [_mark_of(card) for card in wanted]:
        return False
    return _custom_ids(message) == ([] if post.view is None else _view_ids(post.view))


def _mark_of(card: Mapping[str, Any]) -> tuple[object, ...]:
    """What a card is known by. Its fields are not in it: there stands what may differ between two attempts."""
    return card.get("title"), card.get("description"), (card.get("footer") or {}).get("text")


def _custom_ids(message: discord.Message) -> list[str]:
    return [
        item.custom_id
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for item in row.children
        if isinstance(item, discord.Button | discord.SelectMenu) and item.custom_id
    ]


def _view_ids(view: discord.ui.View) -> list[str]:
    return [
        item.custom_id
        for item in view.children
        if isinstance(item, discord.ui.Button | discord.ui.Select) and item.custom_id
    ]
