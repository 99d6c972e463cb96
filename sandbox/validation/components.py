"""What Discord refuses in the buttons and select menus under a message, and in the selects of a form.

Limits from Discord's component reference. Layout components (version 2) are not in this sandbox yet; without their
flag Discord refuses them in a message, too.
"""

from typing import Final

from sandbox.validation.form import WEB, Form

ACTION_ROW: Final = 1
BUTTON: Final = 2
STRING_SELECT: Final = 3
TEXT_INPUT: Final = 4
ENTITY_SELECTS: Final = (5, 6, 7, 8)
"""Selects that Discord fills itself: user, role, mentionable, channel."""

SELECTS: Final = (STRING_SELECT, *ENTITY_SELECTS)

_ROW_WIDTH: Final = 5
_LINK: Final = 5
_PREMIUM: Final = 6
_LINK_SCHEMES: Final = (*WEB, "discord")


class CustomIds:
    """The custom ids of one message or form, no two of which may be equal."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def read(self, form: Form, *, required: bool = True) -> None:
        """Note a custom id that is missing, of the wrong length, or taken."""
        custom_id = form.text("custom_id", 100, least=1, required=required)
        if custom_id is None:
            return
        if custom_id in self._seen:
            form.refuse("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated", "custom_id")
        self._seen.add(custom_id)


def read_rows(form: Form) -> None:
    """Note what is wrong with a message's ``components``: at most five rows of five buttons or one select each."""
    ids = CustomIds()
    for row in form.children("components", most=5):
        if kind_of(row, (ACTION_ROW,)):
            _row(row, ids)


def kind_of(component: Form, allowed: tuple[int, ...]) -> int | None:
    """The type of a component, or None and a note where it is not one of those that may stand here."""
    kind = component.body.get("type")
    if isinstance(kind, int) and kind in allowed:
        return kind
    listed = ", ".join(map(str, allowed))
    component.refuse("UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({listed}).')
    return None


def read_select(select: Form, kind: int, ids: CustomIds) -> None:
    """Note what is wrong with a select menu of any kind, under a message or in a form."""
    ids.read(select)
    select.text("placeholder", 150)
    select.flag("disabled")
    select.flag("required")
    if kind == STRING_SELECT:
        options = read_options(select, least=1, most=25)
        read_count(select, 25, options)
    else:
        read_count(select, 25)
        for value in select.children("default_values", most=25):
            value.snowflake("id", required=True)
            value.choice("type", ("user", "role", "channel"), required=True)
        select.choices("channel_types", range(17))


def read_options(form: Form, *, least: int, most: int) -> int:
    """Note what is wrong with the options to choose from; return how many there are."""
    seen: set[str] = set()
    count = 0
    for option in form.children("options", least=least, most=most, required=True):
        count += 1
        option.text("label", 100, least=1, required=True)
        option.text("description", 100)
        option.flag("default")
        read_emoji(option)
        value = option.text("value", 100, least=1, required=True)
        if value is not None and value in seen:
            message = "The specified option value is already used"
            option.refuse("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message, "value")
        seen.add(value or "")
    return count


def read_count(form: Form, most: int, options: int | None = None) -> None:
    """Note a least or greatest number of choices out of range, crossed, or beyond the number of `options`."""
    least_chosen = form.integer("min_values", least=0, most=most)
    most_chosen = form.integer("max_values", least=1, most=most)
    if options and most_chosen is not None and most_chosen > options:
        _too_great(form, "max_values", options)
    ceiling = most_chosen if most_chosen is not None else options
    if least_chosen is not None and ceiling is not None and least_chosen > ceiling:
        _too_great(form, "min_values", ceiling)


def read_emoji(form: Form) -> None:
    """Note an emoji that is neither a custom one (by id) nor a character that could be one."""
    if (emoji := form.child("emoji")) is None:
        return
    identifier = emoji.snowflake("id")
    name = emoji.text("name", 32)
    if identifier is None and (not name or name.isascii()):
        emoji.refuse("BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji", "name")


def _row(row: Form, ids: CustomIds) -> None:
    width = 0
    for component in row.children("components", least=1, most=5, required=True):
        kind = kind_of(component, (BUTTON, *SELECTS))
        if kind is None:
            continue
        width += 1 if kind == BUTTON else _ROW_WIDTH
        if width > _ROW_WIDTH:
            message = "The specified component exceeds the maximum width"
            component.refuse("COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        if kind == BUTTON:
            _button(component, ids)
        else:
            read_select(component, kind, ids)


def _button(button: Form, ids: CustomIds) -> None:
    style = button.choice("style", range(1, 7), required=True)
    button.text("label", 80)
    button.flag("disabled")
    read_emoji(button)
    if style in (None, _PREMIUM):
        return
    if not button.body.get("label") and not button.has("emoji"):
        button.missing("label")
    if button.has("url") and button.has("custom_id"):
        message = "A custom id and url cannot both be specified"
        button.refuse("BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message, "custom_id")
    if style == _LINK:
        button.url("url", _LINK_SCHEMES, most=512, required=True)
        return
    if button.has("url"):
        button.refuse("BUTTON_COMPONENT_URL_NOT_ALLOWED", "Only link buttons can have a url", "url")
    if not button.has("custom_id"):
        button.refuse("BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required", "custom_id")
    ids.read(button, required=False)


def _too_great(form: Form, key: str, most: int) -> None:
    form.refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.", key)
