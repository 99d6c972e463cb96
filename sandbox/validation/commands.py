"""What Discord refuses in an application command: names, options, nesting, sizes, numbers of commands.

Limits from Discord's documentation of application commands.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

from sandbox.validation.form import Form, Invalid

CHAT_INPUT: Final = 1
USER_MENU: Final = 2
MESSAGE_MENU: Final = 3
ENTRY_POINT: Final = 4

SUB_COMMAND: Final = 1
SUB_COMMAND_GROUP: Final = 2
_STRING: Final = 3
_INTEGER: Final = 4
_CHANNEL: Final = 7
_NUMBER: Final = 10

_MOST: Final = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15, ENTRY_POINT: 1}
_TOTAL: Final = 8000
_MAX_SAFE_INTEGER: Final = 2**53
_EVERY_OPTION: Final = range(1, 12)
_PLAIN_OPTION: Final = range(3, 12)

# fmt: off
LOCALES: Final = frozenset((
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
))
# fmt: on
"""The languages that Discord knows names and descriptions in."""

# Discord's pattern for names, ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$, names two scripts whose vowel signs
# are no letters; the standard library's patterns know no scripts, so their blocks stand in.
_SCRIPTS: Final = re.compile("[\u0900-\u097f\ua8e0-\ua8ff\u0e01-\u0e3a\u0e40-\u0e5b]")


def command(body: object) -> None:
    """Check one application command.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    _command(form)
    form.problems.raise_if_any()


def commands_bulk(bodies: object) -> None:
    """Check all commands of an application or of one guild, as bulk overwriting sends them.

    Raises:
        Invalid: one breaks a rule (the path begins with its position), two share a name, or there are too many of
            a kind (code 30032 instead of 50035).
    """
    if not isinstance(bodies, list):
        whole = Form({})
        whole.refuse("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        whole.problems.raise_if_any()
        return
    form = Form({str(n): body for n, body in enumerate(bodies)})
    seen: set[tuple[str, str]] = set()
    for n in form.body:
        if (each := form.child(n, required=True)) is None:
            continue
        _command(each)
        key = (str(each.body.get("type") or CHAT_INPUT), str(each.body.get("name")))
        if key in seen:
            message = "Application command names must be unique"
            each.refuse("APPLICATION_COMMANDS_DUPLICATE_NAME", message, "name")
        seen.add(key)
    _not_too_many(bodies)
    form.problems.raise_if_any()


def _not_too_many(bodies: Iterable[Any]) -> None:
    kinds = Counter(str(body.get("type") or CHAT_INPUT) for body in bodies if isinstance(body, dict))
    for kind, most in _MOST.items():
        if kinds[str(kind)] > most:
            raise Invalid({"code": 30032, "message": f"Maximum number of application commands reached ({most})"})


def _command(form: Form) -> None:
    kind = form.choice("type", tuple(_MOST)) or CHAT_INPUT
    if kind == CHAT_INPUT:
        _name(form)
        _described(form)
        _options(form, _EVERY_OPTION)
    else:
        form.text("name", 32, least=1, required=True)
        _localized(form, "name", 32)
        _bare(form, kind)
    form.permissions("default_member_permissions")
    form.flag("dm_permission")
    form.flag("nsfw")
    form.choices("contexts", (0, 1, 2), least=1 if form.has("contexts") else 0)
    form.choices("integration_types", (0, 1), least=1 if form.has("integration_types") else 0)
    if _size(form.body) > _TOTAL:
        form.refuse("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_TOTAL})")


def _bare(form: Form, kind: int) -> None:
    """A menu has neither description nor options; the entry point may describe itself."""
    if kind != ENTRY_POINT and form.body.get("description"):
        message = "Context menu commands cannot have description"
        form.refuse("APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", message, "description")
    if form.body.get("options"):
        message = "Context menu commands cannot have options"
        form.refuse("APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED", message, "options")


def _options(form: Form, allowed: range) -> None:
    """The options of a command, group or subcommand, of the `allowed` types, and what is nested in them."""
    names: set[str] = set()
    options = list(form.children("options", most=25))
    for option in options:
        if (name := _name(option)) in names:
            option.refuse("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists", "name")
        names.add(name or "")
        _described(option)
        kind = option.choice("type", allowed, required=True)
        if kind == SUB_COMMAND_GROUP:
            _options(option, range(SUB_COMMAND, SUB_COMMAND + 1))
            _at_least_one(option)
        elif kind == SUB_COMMAND:
            _options(option, _PLAIN_OPTION)
        elif kind is not None:
            _plain(option, kind)
    _in_order(form, options)


def _at_least_one(group: Form) -> None:
    if not group.body.get("options"):
        group.missing("options")


def _in_order(form: Form, options: list[Form]) -> None:
    nesting = [option.body.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in options]
    if any(nesting) and not all(nesting):
        message = "Sub-command and sub-command group option types are mutually exclusive to other types"
        form.refuse("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message, "options")
    for n, (before, after) in enumerate(pairwise(options), start=1):
        if after.body.get("required") and not before.body.get("required"):
            message = "Required options must be placed before non-required options"
            form.refuse("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message, "options", str(n))


def _plain(option: Form, kind: int) -> None:
    """An option that takes a value."""
    option.flag("required")
    if kind in (_STRING, _INTEGER, _NUMBER):
        _choices(option, kind)
        if option.flag("autocomplete") and option.body.get("choices"):
            message = "Autocomplete and choices are mutually exclusive"
            option.refuse("APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE_EXCLUSIVE", message, "choices")
    if kind == _STRING:
        _ordered(option, "max_length", option.integer("min_length", least=0, most=6000),
                 option.integer("max_length", least=1, most=6000))  # fmt: skip
    elif kind == _INTEGER:
        _ordered(option, "max_value", _safe_integer(option, "min_value"), _safe_integer(option, "max_value"))
    elif kind == _NUMBER:
        _ordered(option, "max_value", option.number("min_value"), option.number("max_value"))
    elif kind == _CHANNEL:
        option.choices("channel_types", range(17))


def _choices(option: Form, kind: int) -> None:
    names: set[str] = set()
    for choice in option.children("choices", most=25):
        name = choice.text("name", 100, least=1, required=True)
        if name is not None and name in names:
            message = "The option choice name already exists"
            choice.refuse("APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message, "name")
        names.add(name or "")
        _localized(choice, "name", 100)
        if kind == _STRING:
            choice.text("value", 100, required=True)
        elif not choice.has("value"):
            choice.missing("value")
        elif kind == _INTEGER:
            _safe_integer(choice, "value")
        else:
            choice.number("value")


def _safe_integer(form: Form, key: str) -> int | None:
    """A whole number that JavaScript holds exactly: Discord takes no greater."""
    return form.integer(key, least=-_MAX_SAFE_INTEGER, most=_MAX_SAFE_INTEGER)


def _ordered(option: Form, key: str, least: float | None, most: float | None) -> None:
    if least is not None and most is not None and least > most:
        option.refuse("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.", key)


def _name(form: Form) -> str | None:
    name = form.text("name", 32, least=1, required=True)
    if name and not _is_name(name):
        form.refuse("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid", "name")
    _localized(form, "name", 32)
    return name


def _described(form: Form) -> None:
    form.text("description", 100, least=1, required=True)
    _localized(form, "description", 100)


def _localized(form: Form, key: str, most: int) -> None:
    if (texts := form.child(f"{key}_localizations")) is None:
        return
    for locale in texts.body:
        if locale not in LOCALES:
            texts.refuse("BASE_TYPE_CHOICES", "Value must be a known locale.", locale)
        texts.text(locale, most, least=1)


def _is_name(name: str) -> bool:
    """Whether a name fits Discord's pattern, and has small letters wherever its script has both."""
    letters = all(
        character in "-_'" or unicodedata.category(character)[0] in "LN" or _SCRIPTS.match(character)
        for character in name
    )
    return letters and name == name.lower()


def _size(part: Any) -> int:  # noqa: ANN401 - any piece of a body, also a wrong one
    """The characters that count towards a command's size: names, descriptions and choices' values, all levels.

    A text in several languages counts as its longest.
    """
    if not isinstance(part, dict):
        return 0
    size = len(part["value"]) if isinstance(part.get("value"), str) else 0
    for key in ("name", "description"):
        localized = part.get(f"{key}_localizations")
        texts = [part.get(key), *(localized.values() if isinstance(localized, dict) else ())]
        size += max((len(text) for text in texts if isinstance(text, str)), default=0)
    for key in ("options", "choices"):
        nested = part.get(key)
        size += sum(map(_size, nested)) if isinstance(nested, list) else 0
    return size
