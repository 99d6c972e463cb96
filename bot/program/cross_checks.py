"""What must hold between the parts of a programme file: names are there once, and what is referred to exists.

The checks read the tree and not the typed programme, so that they speak up beside a wrong value elsewhere. They pass
over whatever has not the expected shape: the schema has reported that.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from bot.program.notation import is_address, nearest
from bot.program.problems import MOST_SHOWN, Problems
from bot.program.yaml_tree import Listing, Node, Scalar, Table
from bot.roads.service import AddressError, read

MOST_GROUPS: Final = 150
"""Discord's limit of 500 channels a server, three a group, with room for the server's own."""

RESERVED_NAMES: Final = frozenset({"staff", "on call", "everyone", "@everyone", "here", "@here"})
"""Group names, in small letters, that would be mistaken for a role of the programme's or of Discord's."""


def cross_check(tree: Table, problems: Problems) -> None:
    """Add to ``problems`` whatever does not fit together in the file."""
    groups = list(_tables(tree, "groups"))
    if len(groups) > MOST_GROUPS:
        problems.add(groups[MOST_GROUPS].line, "groups", f"a server has room for {MOST_GROUPS} groups; leave some out")
    for section in ("groups", "sessions", "meetings"):
        _once(_scalars(_tables(tree, section), "key"), f"{section}.key", problems)
    _once(_scalars(groups, "name"), "groups.name", problems)
    _group_names(groups, problems)
    _groups_exist(tree, tuple(scalar.text for scalar in _scalars(groups, "key")), problems)
    for section in ("checkins", "prompts"):
        _one_a_time(tree, section, problems)
    _lists_without_repeats(tree, problems)
    _people_are_staff(tree, problems)
    _contacts_can_be_used(tree, problems)
    _not_for_minors(tree, groups, problems)


def _not_for_minors(tree: Table, groups: Iterable[Table], problems: Problems) -> None:
    """A minor's family hears from the programme by roads that a guardian has agreed to, not by a group here.

    Nor is there a voice of theirs of which staff do not know whose it is.
    """
    facts = _at(tree, "program")
    minors = _scalar(facts, "minors") if isinstance(facts, Table) else None
    for track in _scalars(groups, "track") if minors is not None and minors.value is True else ():
        if track.text == "family":
            problems.add(track.line, "groups.track", "a programme for minors has no family groups; leave this one out")
    for shares in _scalars(groups, "shares") if minors is not None and minors.value is True else ():
        if shares.value is True:
            problems.add(shares.line, "groups.shares", "a programme for minors has no anonymous shares; leave this out")


def _once(scalars: Iterable[Scalar], key: str, problems: Problems, remedy: str = "choose another") -> None:
    first: dict[str, int] = {}
    for scalar in scalars:
        word = " ".join(scalar.text.split()).lower()
        if word in first:
            problems.add(scalar.line, key, f"this stands on line {first[word]} already; {remedy}")
        else:
            first[word] = scalar.line


def _group_names(groups: Iterable[Table], problems: Problems) -> None:
    for name in _scalars(groups, "name"):
        if " ".join(name.text.split()).lower() in RESERVED_NAMES:
            problems.add(name.line, "groups.name", "this is the name of another role; choose another")


def _groups_exist(tree: Table, known: tuple[str, ...], problems: Problems) -> None:
    defined = frozenset(known)
    for section in ("checkins", "prompts", "sessions"):
        for group in _scalars(_tables(tree, section), "group"):
            if group.text not in defined:
                # Looking for the nearest takes time, and beyond these nobody is shown it.
                hint = nearest(group.text, known) if len(problems) < MOST_SHOWN else "define it"
                problems.add(group.line, f"{section}.group", f"no group has this key; {hint}")


def _one_a_time(tree: Table, section: str, problems: Problems) -> None:
    first: dict[tuple[str, str], int] = {}
    for table in _tables(tree, section):
        group, time = _scalar(table, "group"), _scalar(table, "time")
        if group is None or time is None:
            continue
        slot = (group.text, time.text.zfill(5))
        if slot in first:
            sentence = f"this group has one at this time on line {first[slot]} already; merge them or change the time"
            problems.add(time.line, f"{section}.time", sentence)
        else:
            first[slot] = time.line


def _lists_without_repeats(tree: Table, problems: Problems) -> None:
    # A rota may name somebody twice: that is somebody who takes two weeks of the round.
    lists = [("staff", _at(tree, "staff")), ("oncall.backup", _at(tree, "oncall", "backup"))]
    lists.append(("program.languages", _at(tree, "program", "languages")))
    lists.append(("holidays", _at(tree, "holidays")))
    lists += [("checkins.days", _at(table, "days")) for table in _tables(tree, "checkins")]
    lists += [("sessions.reminders", _at(table, "reminders")) for table in _tables(tree, "sessions")]
    for key, node in lists:
        _once(_items(node), key, problems, remedy="keep one")


def _people_are_staff(tree: Table, problems: Problems) -> None:
    """A page carries words of somebody in danger: whoever may get one is named as staff first."""
    staff = {scalar.text.strip() for scalar in _items(_at(tree, "staff"))}
    listed = [("oncall.rota.people", _items(_at(tree, "oncall", "rota", "people")))]
    listed.append(("oncall.backup_rota.people", _items(_at(tree, "oncall", "backup_rota", "people"))))
    listed.append(("oncall.backup", _items(_at(tree, "oncall", "backup"))))
    contacts = _at(tree, "oncall", "contacts")
    if isinstance(contacts, Table):
        listed.append(("oncall.contacts", (Scalar(entry.line, entry.key, plain=False) for entry in contacts.entries)))
    for key, people in listed:
        for person in people:
            if person.text.strip() not in staff:
                sentence = "only staff may be paged, and this id is not under staff; add it there or take it out"
                problems.add(person.line, key, sentence)


def _contacts_can_be_used(tree: Table, problems: Problems) -> None:
    """A road that leads nowhere is found out here, and not in the night in which it is needed."""
    contacts = _at(tree, "oncall", "contacts")
    for entry in contacts.entries if isinstance(contacts, Table) else ():
        for contact in _items(entry.value):
            if not is_address(contact.text.strip()):
                continue  # the schema has reported that
            try:
                read(contact.text.strip())
            except AddressError as error:
                problems.add(contact.line, "oncall.contacts", str(error))


def _at(table: Table, *keys: str) -> Node | None:
    node: Node | None = table
    for key in keys:
        entry = node.find(key) if isinstance(node, Table) else None
        node = entry.value if entry is not None else None
    return node


def _items(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Listing):
        yield from (item for item in node.items if isinstance(item, Scalar))


def _tables(tree: Table, section: str) -> Iterator[Table]:
    node = _at(tree, section)
    if isinstance(node, Listing):
        yield from (item for item in node.items if isinstance(item, Table))


def _scalar(table: Table, key: str) -> Scalar | None:
    node = _at(table, key)
    return node if isinstance(node, Scalar) and node.value is not None else None


def _scalars(tables: Iterable[Table], key: str) -> Iterator[Scalar]:
    for table in tables:
        if (scalar := _scalar(table, key)) is not None:
            yield scalar
