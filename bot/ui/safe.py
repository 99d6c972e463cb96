"""The safe bases of everything people press, fill or choose, and the one place their answers go through.

discord.py keeps a view's callbacks in memory and loses them with the process; it swallows an exception of a dynamic
item's check without a line. So nothing here has a callback: buttons and forms are drawn from ids, and every press comes
in by ``Presses``, which answers the person within the three seconds Discord allows, also where our own code fails.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, final

import aiohttp
import discord

from bot.content import Content
from bot.db import in_a_hurry
from bot.errors import HandrailError, NotAllowedError, NotFoundError, TimingError
from bot.observe.logs import get_logger
from bot.ui.custom_ids import CustomId, custom_id

log = get_logger(__name__)

PATIENCE_SECONDS: Final = 3.0
"""How long a press may take before somebody asks whether a wish for contact is stuck in it."""

ALREADY_ANSWERED: Final = 40060
"""Discord's code, "Interaction has already been acknowledged": an answer of ours arrived, and its receipt did not."""

NOT_DELIVERED: Final = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What Discord or the network may do to an answer. It never undoes, or stands before, what somebody did."""

SAID: Final = "handrail said"
"""Under this name an interaction remembers that it was answered in words."""

FALLBACK_SENTENCE = "Something went wrong on our side. If you are in danger, call 911 or call or text 988."


@dataclass(frozen=True)
class Button:
    """A button to be drawn: its words, and the custom id that says what it does."""

    label: str
    feature: str
    verb: str
    row: int | str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary


@final
class SafeView(discord.ui.View):
    """Buttons that survive the process. It holds no callback; ``Presses`` answers by custom id."""

    def __init__(self, buttons: Sequence[Button]) -> None:
        super().__init__(timeout=None)
        for place, button in enumerate(buttons):
            self.add_item(
                discord.ui.Button(
                    label=button.label,
                    style=button.style,
                    custom_id=custom_id(button.feature, button.verb, button.row),
                    row=place // 5,
                )
            )
        self.stop()  # discord.py need not remember it


class SafeModal(discord.ui.Modal):
    """A form whose answer is found by custom id, so that words typed across a restart still arrive."""

    def __init__(self, title: str, feature: str, verb: str, row: int | str) -> None:
        super().__init__(title=title[:45], timeout=None, custom_id=custom_id(feature, verb, row))
        self.stop()

    def tell(self, words: str) -> None:
        """Add words to be read before anything is filled in."""
        self.add_item(discord.ui.TextDisplay(words))

    def ask(
        self,
        label: str,
        name: str,
        *,
        long: bool = False,
        required: bool = False,
        default: str | None = None,
        placeholder: str | None = None,
        max_length: int = 1000,
    ) -> None:
        """Add a field for free words."""
        style = discord.TextStyle.paragraph if long else discord.TextStyle.short
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=name,
            style=style,
            required=required,
            default=default,
            placeholder=placeholder,
            max_length=max_length,
        )
        self.add_item(discord.ui.Label(text=label[:45], component=field))

    def choose(
        self, label: str, name: str, options: Mapping[str, str], *, default: str | None = None, required: bool = True
    ) -> None:
        """Add a choice; ``options`` maps each value to its words."""
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=name,
            required=required,
            options=[
                discord.SelectOption(label=words, value=value, default=value == default)
                for value, words in options.items()
            ],
        )
        self.add_item(discord.ui.Label(text=label[:45], component=select))

    def choose_person(self, label: str, name: str) -> None:
        """Add a choice of one person of the server. Whether it may be this one is for the service to say."""
        people: discord.ui.UserSelect[Any] = discord.ui.UserSelect(custom_id=name, required=True)
        self.add_item(discord.ui.Label(text=label[:45], component=people))


class Reply:
    """The private answer to one interaction. It defers first and speaks later, and only its person sees it.

    An answer that Discord does not take is logged, and nothing more: what somebody pressed, chose or wrote counts,
    whether or not they can be told so.
    """

    def __init__(self, interaction: discord.Interaction[Any], *, said_before: bool = False) -> None:
        """``said_before``: something else has answered the interaction already; what is said here comes after it."""
        self.interaction = interaction
        self.user_id = interaction.user.id
        self.guild_id = interaction.guild_id
        self.channel_id = interaction.channel_id
        # Kept with the interaction: where something fails after an answer, what is said of it comes after that answer,
        # and not in its place. It may have been the numbers that help.
        self._said = said_before or bool(interaction.extras.get(SAID))
        self._was_deferred = False

    async def defer(self) -> None:
        """Tell Discord that an answer is coming; to be done before anything slow."""
        if self.interaction.response.is_done():
            return
        try:
            await self.interaction.response.defer(ephemeral=True, thinking=True)
        except NOT_DELIVERED as failure:
            _log_not_delivered("answer.not_deferred", failure)

    async def say(
        self,
        content: str = "",
        *,
        embed: discord.Embed | None = None,
        view: discord.ui.View | None = None,
        file: discord.File | None = None,
    ) -> bool:
        """Say it to this person alone; a second call adds a second message. False where Discord did not take it."""
        extra: dict[str, Any] = {"allowed_mentions": discord.AllowedMentions.none()}
        if embed is not None:
            extra["embed"] = embed
        if view is not None:
            view.stop()
            extra["view"] = view
        try:
            await self._deliver(content, extra, file)
        except NOT_DELIVERED as failure:
            _log_not_delivered("answer.not_delivered", failure)
            if isinstance(failure, discord.HTTPException) and failure.status == HTTPStatus.BAD_REQUEST:
                await self._say_that_it_failed()
            return False
        return True

    async def _deliver(self, content: str, extra: Mapping[str, Any], file: discord.File | None) -> None:
        attached: dict[str, Any] = {"file": file} if file is not None else {}
        if not self.interaction.response.is_done() and not self._was_deferred:
            try:
                await self.interaction.response.send_message(content or None, ephemeral=True, **extra, **attached)
            except discord.HTTPException as refused:
                if refused.code != ALREADY_ANSWERED:
                    raise
                self._was_deferred = True  # the deferral had arrived after all
                if file is not None:
                    file.reset()
            else:
                self._said = self.interaction.extras[SAID] = True
                return
        if not self._said and (
            self._was_deferred
            or self.interaction.response.type is discord.InteractionResponseType.deferred_channel_message
        ):
            files: dict[str, Any] = {"attachments": [file]} if file is not None else {}
            await self.interaction.edit_original_response(content=content or None, **extra, **files)
        else:
            said = content or discord.utils.MISSING
            await self.interaction.followup.send(said, ephemeral=True, **extra, **attached)
        self._said = self.interaction.extras[SAID] = True

    async def _say_that_it_failed(self) -> None:
        """What we wanted to say cannot be said like this: a fault of ours, and nobody is left without a word for it."""
        try:
            await self._deliver(FALLBACK_SENTENCE, {}, None)
        except NOT_DELIVERED as failure:
            _log_not_delivered("answer.not_delivered", failure)

    async def open(self, form: SafeModal) -> None:
        """Open a form. It has to be the first answer."""
        await self.interaction.response.send_modal(form)


def _log_not_delivered(event: str, failure: Exception) -> None:
    status, code = getattr(failure, "status", None), getattr(failure, "code", None)
    log.warning(event, error=type(failure).__name__, status=status, code=code)


class Press(Reply):
    """Somebody pressed a button, chose from a list, or sent in a form."""

    def __init__(
        self, interaction: discord.Interaction[Any], id_: CustomId, values: Mapping[str, Sequence[str]]
    ) -> None:
        super().__init__(interaction)
        self.feature, self.verb, self.row = id_.feature, id_.verb, id_.row
        self.values = values
        self.message_id = interaction.message.id if interaction.message else None

    @property
    def row_id(self) -> int:
        """The row as a number; 0 where it is none, which no row has."""
        return int(self.row) if self.row.isdecimal() else 0

    def value(self, name: str) -> str:
        """What was typed or chosen in the field ``name``; empty where nothing was."""
        return next(iter(self.values.get(name, ())), "").strip()


class Numbers:
    """The two numbers of each server's country, kept in memory: they have to be at hand when all else fails."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.countries: dict[int, str] = {}

    def of(self, guild_id: int | None, language: str) -> dict[str, str]:
        """``emergency`` and ``lifeline``; in a DM those of the only country there is, else of the United States."""
        known = set(self.countries.values())
        country = self.countries.get(guild_id or 0) or (known.pop() if len(known) == 1 else "US")
        return {
            "emergency": self._content.emergency(country, language),
            "lifeline": self._content.lifeline(country, language),
        }


Handler = Callable[[Press], Awaitable[None]]


async def _nothing_more(_press: Press) -> None:
    """Nothing is owed to anybody."""


class Presses:
    """Every button and form, by feature and verb."""

    def __init__(self, content: Content, numbers: Numbers) -> None:
        self._content, self.numbers = content, numbers
        self._handlers: dict[tuple[str, str], tuple[Handler, bool]] = {}
        self.gate: Handler = _nothing_more
        """Asked before a handler; what it raises refuses the press."""
        self.after: Handler = _nothing_more
        """Called when a press was answered: there may be something older to say to this person."""
        self.on_unanswered: Callable[[Press, Exception | None], None] = lambda _press, _error: None
        """Called where a press failed, or (without an error) takes over ``PATIENCE_SECONDS``; it never raises."""

    def on(self, feature: str, verb: str, handler: Handler, *, opens_form: bool = False) -> None:
        """Have ``handler`` answer; one that opens a form is not deferred, for a form has to be the first answer."""
        if (feature, verb) in self._handlers:
            raise ValueError(f"two handlers answer {feature}:{verb}")
        self._handlers[feature, verb] = (handler, opens_form)

    async def handle(self, interaction: discord.Interaction[Any]) -> None:
        """Answer a press or a form; presses that are not ours are left alone."""
        data: Any = interaction.data or {}
        id_ = CustomId.parse(str(data.get("custom_id", "")))
        if id_ is None:
            return
        found = self._handlers.get((id_.feature, id_.verb))
        if found is None:
            log.warning("press.unknown", feature=id_.feature, verb=id_.verb)
            await answer_failure(Reply(interaction), self._content, self.numbers, None)
            return
        handler, opens_form = found
        press = Press(interaction, id_, _values(data))
        slow = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self.on_unanswered, press, None)
        try:
            if not opens_form:
                await press.defer()
            await self.gate(press)
            with in_a_hurry():  # a human waits, and it may be the press that ends a page
                await handler(press)
            if not opens_form:
                await self.after(press)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  # logged and answered there
            self.on_unanswered(press, error)
            await answer_failure(press, self._content, self.numbers, error)
        finally:
            slow.cancel()


SAID_AS_THEY_ARE = (NotAllowedError, NotFoundError, TimingError)
"""Errors whose sentence is for whoever pressed. Any other is a fault of ours, and may carry what is none of theirs."""


async def answer_failure(reply: Reply, content: Content, numbers: Numbers, error: Exception | None) -> None:
    """Tell the person that it did not work, whatever failed; never raises, and never stays silent in the log."""
    if isinstance(error, SAID_AS_THEY_ARE):
        sentence = str(error)
        log.info("answer.refused", error=type(error).__name__)
    else:
        reference = f"{reply.interaction.id:x}"[-6:]
        if error is not None:
            log.error("answer.failed", reference=reference, error=type(error).__name__, exc_info=error)
        sentence = FALLBACK_SENTENCE
        try:
            language = str(reply.interaction.locale)
            at_hand = numbers.of(reply.guild_id, language)
            sentence = content.texts.say(language, "errors.something_wrong_in_danger", reference=reference, **at_hand)
        except HandrailError:
            log.exception("answer.no_text", reference=reference)
    try:
        await reply.say(sentence)
    except Exception:
        log.exception("answer.not_delivered")


def _values(data: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The fields of a form (or a select's choices under its own name), whichever shape they are wrapped in."""
    values: dict[str, tuple[str, ...]] = {}
    if "values" in data:
        values[str(data.get("custom_id", ""))] = tuple(str(value) for value in data["values"])
    for outer in data.get("components") or ():
        inner = [outer["component"]] if "component" in outer else outer.get("components", ())
        for item in inner:
            name = str(item.get("custom_id", ""))
            values[name] = tuple(map(str, item["values"])) if "values" in item else (str(item.get("value") or ""),)
    return values
