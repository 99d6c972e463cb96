"""The role `On call`, given and taken on Discord."""

from datetime import datetime

from bot.delivery.service import Deed, Delivery, QuietKind, Receipt, Withdrawn
from bot.oncall.role import ROLE, OnCallRole
from bot.program.layout import ON_CALL
from bot.ui.places import Places


class RoleOnCall(QuietKind):
    """Gives the role to whoever is on call at that moment, and takes it from whoever had it before."""

    name = ROLE

    def __init__(self, role: OnCallRole, places: Places) -> None:
        self._role, self._places = role, places

    async def compose(self, delivery: Delivery, now: datetime) -> Deed | Withdrawn:
        """What is to be changed by what the rota says now: an older row never undoes a newer shift."""
        del now
        change = await self._role.change(delivery.guild_id)
        if change is None:
            return Withdrawn()

        async def carry_out() -> Receipt:
            await self._role.begins(change)
            for person in sorted(change.give):
                await self._places.set_role(change.guild_id, person, ON_CALL, wanted=True)
            for person in sorted(change.take):
                await self._places.set_role(change.guild_id, person, ON_CALL, wanted=False)
            await self._role.done(change)
            return Receipt()

        return Deed(carry_out)
