"""What Discord refuses in an AutoMod rule. Limits from its documentation of the auto moderation resource."""

from typing import Final

from sandbox.validation.form import Form

_KEYWORD, _PRESET = 1, 4
_BLOCK, _ALERT = 1, 2
_MOST_WORDS: Final = 1000
_LONGEST_WORD: Final = 60
_LONGEST_SAYING: Final = 150
_ALLOWED: Final = {_KEYWORD: 100, _PRESET: 1000}


def automod_create(body: object) -> None:
    """Check a new rule.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    form.text("name", 100, required=True)
    form.choice("event_type", (1,), required=True)
    kind = form.choice("trigger_type", (_KEYWORD, _PRESET), required=True)
    form.children("actions", most=5, least=1, required=True)
    _rest(form, kind)
    form.problems.raise_if_any()


def automod_edit(body: object, kind: int) -> None:
    """Check an edit of a rule whose trigger is of this ``kind``, which no edit changes.

    Raises:
        Invalid: the body breaks a rule.
    """
    form = Form(body)
    form.text("name", 100, least=1)
    form.choice("event_type", (1,))
    _rest(form, kind)
    form.problems.raise_if_any()


def _rest(form: Form, kind: int | None) -> None:
    form.flag("enabled")
    form.snowflakes("exempt_roles", most=20)
    form.snowflakes("exempt_channels", most=50)
    if metadata := form.child("trigger_metadata"):
        _words(metadata, "keyword_filter", _MOST_WORDS)
        _words(metadata, "allow_list", _ALLOWED.get(kind or 0, 100))
        metadata.choices("presets", (1, 2, 3))
    for action in form.children("actions", most=5):
        done = action.choice("type", (_BLOCK, _ALERT), required=True)
        if details := action.child("metadata", required=done == _ALERT):
            details.text("custom_message", _LONGEST_SAYING)
            details.snowflake("channel_id", required=done == _ALERT)


def _words(form: Form, key: str, most: int) -> None:
    for number, word in enumerate(form.values(key, most=most)):
        if not isinstance(word, str) or not 1 <= len(word) <= _LONGEST_WORD:
            form.refuse("BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {_LONGEST_WORD} in length.", key, str(number))
