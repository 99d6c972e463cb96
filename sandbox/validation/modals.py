"""What Discord refuses in a modal form, and in an interaction's response as a whole.

Limits from Discord's component reference and "Receiving and Responding to Interactions".
"""

from typing import Final

from sandbox.validation import components, messages
from sandbox.validation.form import EmptyMessage, Form

PONG: Final = 1
MESSAGE: Final = 4
DEFERRED_MESSAGE: Final = 5
DEFERRED_UPDATE: Final = 6
UPDATE: Final = 7
AUTOCOMPLETE: Final = 8
MODAL: Final = 9
LAUNCH_ACTIVITY: Final = 12

_RESPONSES: Final = (PONG, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, AUTOCOMPLETE, MODAL, LAUNCH_ACTIVITY)
_TEXT_DISPLAY: Final = 10
_LABEL: Final = 18
_FILE_UPLOAD: Final = 19
_RADIO_GROUP: Final = 21
_CHECKBOX_GROUP: Final = 22
_CHECKBOX: Final = 23
_IN_LABEL: Final = (
    *components.SELECTS, components.TEXT_INPUT, _FILE_UPLOAD, _RADIO_GROUP, _CHECKBOX_GROUP, _CHECKBOX
)  # fmt: skip
_NAME_LENGTH: Final = 100


def interaction_response(body: object, *, has_files: bool = False) -> None:
    """Check the answer to an interaction: ``POST /interactions/{id}/{token}/callback``.

    Whether this kind of answer fits this kind of interaction is the caller's to know.

    Raises:
        Invalid: the body breaks a rule; paths into the message or form begin with ``data``.
        EmptyMessage: it is a message of which nothing would show.
    """
    form = Form(body)
    kind = form.choice("type", _RESPONSES, required=True)
    data = form.child("data", required=kind in (MESSAGE, AUTOCOMPLETE, MODAL))
    if data is not None:
        _read_data(data, kind)
    form.problems.raise_if_any()
    if kind == MESSAGE and data is not None and messages.is_empty(data.body, has_files=has_files):
        raise EmptyMessage


def modal(data: object) -> None:
    """Check a form by itself: the ``data`` of an answer of type 9.

    Raises:
        Invalid: it breaks a rule.
    """
    form = Form(data)
    _modal(form)
    form.problems.raise_if_any()


def _read_data(data: Form, kind: int | None) -> None:
    match kind:
        case 4:
            messages.read_message(data, in_interaction=True)
        case 5:
            messages.read_flags(data, messages.EPHEMERAL | messages.SUPPRESS_NOTIFICATIONS)
        case 7:
            messages.read_edit(data, in_interaction=True)
        case 8:
            for choice in data.children("choices", most=25, required=True):
                choice.text("name", _NAME_LENGTH, least=1, required=True)
                if not choice.has("value"):
                    choice.missing("value")
        case 9:
            _modal(data)
        case _:
            pass


def _modal(form: Form) -> None:
    ids = components.CustomIds()
    # The form's own id lives apart from those of what is in it: an equal one is allowed.
    form.text("custom_id", 100, least=1, required=True)
    form.text("title", 45, least=1, required=True)
    for top in form.children("components", least=1, most=5, required=True):
        match components.kind_of(top, (components.ACTION_ROW, _TEXT_DISPLAY, _LABEL)):
            case 1:
                for text_input in top.children("components", least=1, most=1, required=True):
                    if components.kind_of(text_input, (components.TEXT_INPUT,)):
                        _text_input(text_input, ids)
                        text_input.text("label", 45, least=1, required=True)
            case 10:
                top.text("content", 4000, least=1, required=True)
            case 18:
                _label(top, ids)


def _label(label: Form, ids: components.CustomIds) -> None:
    label.text("label", 45, least=1, required=True)
    label.text("description", 100)
    if (inner := label.child("component", required=True)) is None:
        return
    kind = components.kind_of(inner, _IN_LABEL)
    if kind is None:
        return
    if kind in components.SELECTS:
        components.read_select(inner, kind, ids)
        if inner.body.get("disabled") is True:
            inner.refuse("BASE_TYPE_CHOICES", "A select in a modal cannot be disabled.", "disabled")
        return
    if kind == components.TEXT_INPUT:
        _text_input(inner, ids)
        if inner.has("label"):
            inner.refuse("BASE_TYPE_CHOICES", "A text input in a label has no label of its own.", "label")
        return
    ids.read(inner)
    inner.flag("required")
    if kind == _RADIO_GROUP:
        components.read_options(inner, least=2, most=10)
    elif kind == _CHECKBOX_GROUP:
        components.read_count(inner, 10, components.read_options(inner, least=1, most=10))
    elif kind == _FILE_UPLOAD:
        components.read_count(inner, 10)
    else:
        inner.flag("default")


def _text_input(form: Form, ids: components.CustomIds) -> None:
    ids.read(form)
    form.choice("style", (1, 2), required=True)
    form.text("value", 4000)
    form.text("placeholder", 100)
    form.flag("required")
    least = form.integer("min_length", least=0, most=4000)
    most = form.integer("max_length", least=1, most=4000)
    if least is not None and most is not None and least > most:
        form.refuse("NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.", "min_length")
