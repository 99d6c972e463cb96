"""The words of an answer to somebody in danger: in their language, with their country's numbers, and truthful."""

from bot.content import Content, LineKind
from bot.content.texts import BASE_LANGUAGE, primary
from bot.crisis.rules import COULD_NOT_ASSESS, Told, is_discreet, told_how
from bot.errors import NotFoundError
from bot.members.service import MemberService
from bot.oncall.service import OnCallService, Shift
from bot.program.service import ProgrammeService
from bot.timing import Clock

__all__ = ["COULD_NOT_ASSESS", "Answers", "Told"]

FIRST_WORDS = ("crisis.reply_", "crisis.notify_", "crisis.could_not_assess", "crisis.support")
"""What people read first. Only there it is said how to be understood by a line, and what the buttons mean."""


class Answers:
    """Writes answers. Who is on shift, and whether somebody has it, is looked up when they are written."""

    def __init__(
        self,
        clock: Clock,
        content: Content,
        programmes: ProgrammeService,
        members: MemberService,
        oncall: OnCallService,
    ) -> None:
        self._clock, self._content = clock, content
        self._programmes, self._members, self._oncall = programmes, members, oncall
        self._shown: dict[tuple[int, str], int] = {}
        self._answered_in: dict[int | None, str] = {}

    async def language(self, guild_id: int, user_id: int | None) -> str:
        """The language of somebody who is not speaking at this moment: the one they chose, else the one in which they
        were last answered here, else what Discord says of them."""
        standing = await self._members.standing(guild_id, user_id or 0)
        return standing.language if standing.language_chosen else self._answered_in.get(user_id, standing.language)

    def answered_in(self, user_id: int, language: str) -> None:
        """Somebody was answered in this language: what they press under it is answered in the same."""
        self._answered_in[user_id] = language

    def next_count(self, user_id: int, key: str) -> int:
        """For an answer that leaves no entry anywhere: how often this process has given it to this person before."""
        count = self._shown.get((user_id, key), -1) + 1
        self._shown[user_id, key] = count
        return count

    async def say(self, guild_id: int, language: str, key: str, shift: Shift | None = None) -> str:
        """A crisis text, in its first variant."""
        return await self.variant(guild_id, language, key, 0, shift)

    async def variant(
        self,
        guild_id: int,
        language: str,
        key: str,
        count: int,
        shift: Shift | None = None,
        *,
        person: int | None = None,
        incident_id: int | None = None,
    ) -> str:
        """The ``count``-th variant of a crisis text, round and round, so that none comes twice in a row.

        ``person`` is who reads it, and ``incident_id`` what became of their words: with these it says who is told.
        """
        shift = shift or await self._oncall.shift(guild_id)
        programme = await self._programmes.current(guild_id)
        country = programme.program.country if programme else "US"
        texts = self._content.texts
        numbers = {
            "emergency": self._content.emergency(country, language),
            "lifeline": self._content.lifeline(country, language),
        }
        told = (await self._told(incident_id, shift, person)).value
        shift_key = f"crisis.{told}_discreet" if is_discreet(key) else f"crisis.{told}"
        values = {**numbers, "shift": texts.say(language, shift_key, **numbers)}
        said = texts.variant(language, key, count % texts.variants(language, key), **values)
        if is_discreet(key):
            found = self._content.lines(country, [LineKind.DOMESTIC_VIOLENCE], language)
            for line in (one for one in found if LineKind.DOMESTIC_VIOLENCE in one.kinds):
                wording = line.wording(language)
                name = wording.discreet or wording.name
                said = f"{said}\n\n{texts.say(language, 'crisis.violence_line', name=name, number=wording.short)}"
        if numbers["lifeline"] not in said:
            said = f"{said}\n\n{texts.say(language, 'crisis.lifeline_line', **numbers)}"
        if key.startswith(FIRST_WORDS) and not is_discreet(key):
            said = "\n\n".join([said, *self._in_their_language(country, language, has_buttons=incident_id is not None)])
        return said

    def _in_their_language(self, country: str, language: str, *, has_buttons: bool) -> list[str]:
        """The crisis line may greet in English, and the words on buttons are English in every language."""
        how = self._content.lifeline_in_language(country, language)
        is_foreign = primary(language) != BASE_LANGUAGE
        named = self._content.texts.say(language, "crisis.buttons_named") if has_buttons and is_foreign else None
        return [line for line in (how, named) if line]

    async def _told(self, incident_id: int | None, shift: Shift, person: int | None) -> Told:
        incident = None
        if incident_id is not None:
            try:
                incident = await self._oncall.find(incident_id)
            except NotFoundError:
                incident = None  # erased meanwhile: what is true of the shift is true all the same
        if incident is None:
            return told_how(on_shift=shift.person, person=person)
        return told_how(
            on_shift=shift.person,
            person=person,
            is_taken=incident.is_covered(self._clock.now()),
            is_listed=incident.is_waiting_unread,
        )
