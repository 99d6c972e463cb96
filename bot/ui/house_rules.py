"""What members see of their group's rules: the card with its button."""

from datetime import datetime
from typing import Final

import discord

from bot.content import Content
from bot.delivery.service import Delivery, Outbox, Post, Withdrawn
from bot.house_rules.service import ASK, ASK_THREAD, HouseRules, Rules
from bot.members.service import MemberService
from bot.ui.places import Places
from bot.ui.private_word import PrivateWord
from bot.ui.safe import Button, SafeView

FEATURE: Final = "rules"
ACCEPT: Final = "accept"


class RulesWords:
    """Draws the card."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def say(self, language: str, key: str, **values: str | int) -> str:
        """A text of this feature."""
        return self._content.texts.say(language, f"rules.{key}", **values)

    def card(self, language: str, rules: Rules) -> discord.Embed:
        """The rules, as the programme wrote them for readers of this language."""
        embed = discord.Embed(
            title=self.say(language, "title", group=rules.group_name)[:256], description=rules.text(language)
        )
        embed.set_footer(text=self.say(language, "footer", version=rules.version))
        return embed

    def view(self, language: str, rules: Rules) -> SafeView | None:
        """The button; none where they have pressed it already."""
        if rules.accepted_at is not None:
            return None
        label = self._content.texts.say(language, "buttons.accept_rules")
        return SafeView([Button(label, FEATURE, ACCEPT, rules.id, discord.ButtonStyle.success)])


class RulesAsk(PrivateWord):
    """Asks a member to read and accept one version, once."""

    name = ASK
    thread = ASK_THREAD

    def __init__(
        self, rules: HouseRules, members: MemberService, outbox: Outbox, places: Places, words: RulesWords
    ) -> None:
        super().__init__(outbox, places)
        self._rules, self._members, self._words = rules, members, words

    async def compose(self, delivery: Delivery, now: datetime) -> Post | Withdrawn:
        """The card, where it is still to be asked."""
        del now
        person = int(delivery.arguments["user"])
        rules = await self._rules.asked_of(int(delivery.arguments["rules"]), person)
        if rules is None:
            return Withdrawn()
        language = (await self._members.standing(rules.guild_id, person)).language
        key = "asked" if rules.version == 1 else "asked_again"
        said = self._words.say(language, key, group=rules.group_name)
        return self.posted(delivery, said, self._words.view(language, rules), self._words.card(language, rules))
