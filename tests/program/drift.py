"""What is done to a server by hand, by name."""

from collections.abc import Callable
from dataclasses import replace

from bot.program.permissions import NOTHING
from bot.program.server import ChannelKind, Overwrite, TargetKind
from tests.program.house import CHEN, GUILD, OKAFOR, RIVERA, STRANGER, House, P
from tests.program.memory_guild import BOT


def drifts() -> dict[str, Callable[[House], None]]:
    """Everything that is done to a server by hand, by name."""

    def channel(house: House, name: str) -> int | None:
        return next((each.id for each in house.guild.channels.values() if each.name == name), None)

    def on_channel(name: str, change: Callable[[House, int], None]) -> Callable[[House], None]:
        def drift(house: House) -> None:
            if (found := channel(house, name)) is not None:
                change(house, found)

        return drift

    def on_role(name: str, change: Callable[[House, int], None]) -> Callable[[House], None]:
        def drift(house: House) -> None:
            found = [each.id for each in house.guild.roles.values() if each.name == name]
            if found:
                change(house, found[0])

        return drift

    def set_channel(**changes: object) -> Callable[[House, int], None]:
        def change(house: House, found: int) -> None:
            house.guild.channels[found] = replace(house.guild.channels[found], **changes)  # type: ignore[arg-type] # by name

        return change

    def set_role(**changes: object) -> Callable[[House, int], None]:
        def change(house: House, found: int) -> None:
            house.guild.roles[found] = replace(house.guild.roles[found], **changes)  # type: ignore[arg-type] # by name

        return change

    def overwrite(target: Callable[[House], int], allow: P, deny: P, kind: TargetKind) -> Callable[[House, int], None]:
        def change(house: House, found: int) -> None:
            there = house.guild.channels[found].overwrites
            new = Overwrite(kind, target(house), allow, deny)
            house.guild.set_overwrites(found, [*(each for each in there if each.who != new.who), new])

        return change

    def role(name: str) -> Callable[[House], int]:
        return lambda house: next((each.id for each in house.guild.roles.values() if each.name == name), GUILD)

    def copy_from(other: str) -> Callable[[House, int], None]:
        def change(house: House, found: int) -> None:
            if (source := channel(house, other)) is not None:
                house.guild.set_overwrites(found, house.guild.channels[source].overwrites)

        return change

    everyone, stranger = (lambda _: GUILD), (lambda _: STRANGER)
    of_role, of_member = TargetKind.ROLE, TargetKind.MEMBER
    return {
        "opened to everyone": on_channel("morning-check-in", overwrite(everyone, P.VIEW_CHANNEL, NOTHING, of_role)),
        "opened to a stranger": on_channel("on-call", overwrite(stranger, P.VIEW_CHANNEL, NOTHING, of_member)),
        "opened to the family": on_channel(
            "morning-coping",
            overwrite(role("Family evening"), P.VIEW_CHANNEL | P.SEND_MESSAGES, P.ADD_REACTIONS, of_role),
        ),
        "a stranger kept out": on_channel("family-check-in", overwrite(stranger, NOTHING, P.VIEW_CHANNEL, of_member)),
        "an empty overwrite": on_channel("family-coping", overwrite(stranger, NOTHING, NOTHING, of_member)),
        "the bot shut out": on_channel("mod-queue", overwrite(lambda _: BOT, NOTHING, P.VIEW_CHANNEL, of_member)),
        "writable skills": on_channel("morning-coping", overwrite(role("Staff"), P.SEND_MESSAGES, NOTHING, of_role)),
        "open category": on_channel("Family evening", overwrite(everyone, P.VIEW_CHANNEL, NOTHING, of_role)),
        "all overwrites gone": on_channel("morning-check-in", set_channel(overwrites=())),
        "category like coping": on_channel("Morning IOP", copy_from("morning-coping")),
        "renamed channel": on_channel("morning-coping", set_channel(name="skills")),
        "renamed category": on_channel("Morning IOP", set_channel(name="Mornings")),
        "channel taken out": on_channel("family-check-in", set_channel(parent=None)),
        "topic changed": on_channel("welcome", set_channel(topic="Hello")),
        "topic set where none is wanted": on_channel("on-call", set_channel(topic="Rota in the office")),
        "channel deleted": on_channel("morning-check-in", lambda house, found: house.guild.delete_channel(found)),
        "category deleted": on_channel("Staff", lambda house, found: house.guild.delete_channel(found)),
        "welcome turned to news": on_channel("welcome", set_channel(kind=ChannelKind.OTHER)),
        "role deleted": on_role("Morning IOP", lambda house, found: house.guild.delete_role(found)),
        "staff role deleted": on_role("Staff", lambda house, found: house.guild.delete_role(found)),
        "role renamed": on_role("On call", set_role(name="Duty")),
        "role powerful": on_role("Family evening", set_role(permissions=P.MANAGE_MESSAGES)),
        "role mentionable": on_role("Staff", set_role(mentionable=True)),
        "staff lost the role": lambda house: house.guild.members[RIVERA].intersection_update({GUILD}),
        "somebody joined": lambda house: house.guild.members.setdefault(OKAFOR, {GUILD}) and None,
        "somebody left": lambda house: house.guild.members.pop(CHEN, None) and None,
        "memory lost": lambda house: house.memory.ids.clear(),
        "another channel": lambda house: house.guild.add_channel("random") and None,
        "a namesake": lambda house: house.guild.add_channel("morning-check-in") and None,
    }


DRIFTS = drifts()
