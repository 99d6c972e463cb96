"""What came of a press, a choice, a command or a form, as the page needs to know it."""

from typing import TYPE_CHECKING, Final

from sandbox.jsontypes import Json
from sandbox.world.interactions import Interaction
from sandbox.world.kinds import ComponentType
from sandbox.world.modals import Modal, ModalField

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_LONGER: Final = 2.0
"""Seconds of real time waited beyond the interaction's own deadline, after which it counts as unanswered."""


async def outcome(sandbox: "Sandbox", interaction: Interaction) -> Json:
    """Wait for the first answer, or the failure. Messages come by the live connection, not here."""
    try:
        await interaction.answered(sandbox.world.interactions.deadline + _LONGER)
    except TimeoutError:
        # The sandbox was stopped meanwhile, and its timers with it.
        return {"id": str(interaction.id), "failed": "The sandbox stopped answering.", "form": None}
    return {
        "id": str(interaction.id),
        "failed": interaction.failed,
        "form": None if interaction.modal is None else form_json(interaction.modal),
    }


def form_json(modal: Modal) -> Json:
    """A form, part by part: plain text, and fields with what they take."""
    parts: list[Json] = []
    fields = iter(modal.fields)
    for component in modal.components:
        if component.get("type") == ComponentType.TEXT_DISPLAY:
            parts.append({"text": component.get("content") or ""})
            continue
        count = len(component.get("components") or [None])
        parts += [{"field": _field_json(each)} for _, each in zip(range(count), fields, strict=False)]
    return {"title": modal.title, "parts": parts}


def _field_json(field: ModalField) -> Json:
    value = list(field.value) if isinstance(field.value, tuple) else field.value
    return {
        "id": field.custom_id,
        "label": field.label,
        "description": field.description,
        "placeholder": field.placeholder,
        "kind": field.kind.name.lower(),
        "required": field.required,
        "multiline": field.multiline,
        "min_length": field.min_length,
        "max_length": field.max_length,
        "min_values": field.min_values,
        "max_values": field.max_values,
        "options": [{"label": label, "value": option} for label, option in field.options],
        "value": value,
    }
