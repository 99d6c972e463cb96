"""Forms: what the bot asks for, field by field, and how Discord's client would check it."""

from dataclasses import dataclass
from typing import Any, Final

from sandbox.errors import Refused
from sandbox.jsontypes import Json
from sandbox.world.kinds import SELECTS, ComponentType
from sandbox.world.messages import walk

_FIELDS: Final = SELECTS | {
    ComponentType.TEXT_INPUT,
    ComponentType.FILE_UPLOAD,
    ComponentType.RADIO_GROUP,
    ComponentType.CHECKBOX_GROUP,
    ComponentType.CHECKBOX,
}
_WITH_OPTIONS: Final = frozenset({ComponentType.STRING_SELECT, ComponentType.RADIO_GROUP, ComponentType.CHECKBOX_GROUP})
_MULTIPLE: Final = SELECTS | {ComponentType.CHECKBOX_GROUP, ComponentType.FILE_UPLOAD}
_TEXT_MAX: Final = 4000


@dataclass(frozen=True, slots=True)
class ModalField:
    """One thing a form asks for. `options` are (label, value) pairs; `value` is what it is filled with already."""

    custom_id: str
    label: str
    kind: ComponentType
    required: bool
    description: str = ""
    placeholder: str = ""
    multiline: bool = False
    min_length: int = 0
    max_length: int = _TEXT_MAX
    min_values: int = 1
    max_values: int = 1
    options: tuple[tuple[str, str], ...] = ()
    value: str | tuple[str, ...] | bool | None = None


@dataclass(frozen=True, slots=True)
class Modal:
    """A form. `components` are Discord's objects; `fields` what a person fills in."""

    custom_id: str
    title: str
    components: list[Json]

    @property
    def fields(self) -> list[ModalField]:
        """What it asks for, from top to bottom."""
        found: list[ModalField] = []
        for top in self.components:
            inner = [top["component"]] if top.get("type") == ComponentType.LABEL else top.get("components") or []
            found += [_field(each, top) for each in inner if each.get("type") in _FIELDS]
        return found

    def field(self, name: str) -> ModalField:
        """The field of this custom_id or label.

        Raises:
            Refused: none.
        """
        for each in self.fields:
            if name == each.custom_id:
                return each
        for each in self.fields:
            if name.casefold() == each.label.casefold():
                return each
        raise Refused("unknown_field", f"The form has no field {name!r}.")

    def fill(self, values: dict[str, Any]) -> list[Json]:
        """What the client sends when the form is submitted with these values, by custom_id or label.

        Raises:
            Refused: a field the form has not, or a value its field does not take.
        """
        given = {self.field(name).custom_id: value for name, value in values.items()}
        answers = {each.custom_id: _answer(each, given.get(each.custom_id)) for each in self.fields}
        return [_submitted(top, answers) for top in self.components]


def _field(component: Json, top: Json) -> ModalField:
    kind = ComponentType(component["type"])
    options = component.get("options") or []
    value: Any = component.get("value")
    if kind in _WITH_OPTIONS:
        value = tuple(each["value"] for each in options if each.get("default"))
    elif kind in SELECTS:
        value = tuple(str(each["id"]) for each in component.get("default_values") or ())
    elif kind is ComponentType.CHECKBOX:
        value = bool(component.get("default"))
    return ModalField(
        custom_id=component["custom_id"],
        label=(top.get("label") if top.get("type") == ComponentType.LABEL else component.get("label")) or "",
        kind=kind,
        required=kind is not ComponentType.CHECKBOX and component.get("required", True),
        description=top.get("description") or "",
        placeholder=component.get("placeholder") or "",
        multiline=component.get("style") == 2,
        min_length=component.get("min_length") or 0,
        max_length=component.get("max_length") or _TEXT_MAX,
        min_values=component.get("min_values", 1),
        max_values=component.get("max_values", 1),
        options=tuple((each["label"], each["value"]) for each in options),
        value=value,
    )


def _answer(field: ModalField, given: Any) -> Json:  # noqa: ANN401 - a text, a list of texts or a bool, as the field is
    value = field.value if given is None else given
    if field.kind is ComponentType.TEXT_INPUT:
        return {"value": _checked_text(field, "" if value is None else str(value))}
    if field.kind is ComponentType.CHECKBOX:
        return {"value": bool(value)}
    chosen = [value] if isinstance(value, str | int) else list(value or ())
    picked = [_checked_choice(field, str(getattr(each, "id", each))) for each in chosen]
    if field.required and not picked:
        raise Refused("required", f"{field.label} needs a choice.")
    if picked and field.kind in _MULTIPLE and not field.min_values <= len(picked) <= field.max_values:
        raise Refused("count", f"{field.label} takes {field.min_values} to {field.max_values} choices.")
    if field.kind is ComponentType.RADIO_GROUP:
        if len(picked) > 1:
            raise Refused("count", f"{field.label} takes one choice.")
        return {"value": picked[0] if picked else None}
    return {"values": picked}


def _checked_text(field: ModalField, text: str) -> str:
    if field.required and not text.strip():
        raise Refused("required", f"{field.label} is required.")
    if text and not field.min_length <= len(text) <= field.max_length:
        raise Refused("length", f"{field.label} takes {field.min_length} to {field.max_length} characters.")
    return text


def _checked_choice(field: ModalField, choice: str) -> str:
    if field.kind not in _WITH_OPTIONS:
        return choice
    if choice in (value for _label, value in field.options):
        return choice
    for label, value in field.options:
        if choice.casefold() == label.casefold():
            return value
    raise Refused("unknown_option", f"{field.label} has no option {choice!r}.")


def _submitted(top: Json, answers: dict[str, Json]) -> Json:
    found: Json = {"type": top["type"], "id": top.get("id", 0)}
    if top["type"] == ComponentType.LABEL:
        found["component"] = _filled(top["component"], answers)
    elif top["type"] == ComponentType.ACTION_ROW:
        found["components"] = [_filled(each, answers) for each in top["components"]]
    return found


def _filled(component: Json, answers: dict[str, Json]) -> Json:
    custom_id = component["custom_id"]
    return {"type": component["type"], "id": component.get("id", 0), "custom_id": custom_id} | answers[custom_id]


def chosen_ids(components: list[Json]) -> list[int]:
    """The ids that the entity selects among submitted components hold."""
    found: list[int] = []
    for component in walk(components):
        if component["type"] in SELECTS - {ComponentType.STRING_SELECT}:
            found += [int(each) for each in component.get("values") or ()]
    return found
