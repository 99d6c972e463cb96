"""The words people read: complete in both languages, alike in shape, and free of what we never say."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content import Content, Texts, pick_variant
from bot.content.catalogue import content_folder
from bot.errors import ContentError

BANNED = {
    "en": r"committed|failed attempts?|addicts?|addicted|clean|dirty|abuse[ds]?|abusers?|abusive",
    "es": (
        r"cometi[óo]|cometer|intentos? fallidos?|adict[oa]s?|limpi[oa]s?|suci[oa]s?|abus[oa]s?|abusador(?:es|as?)?"
        r"|drogadict[oa]s?"
    ),
}
PERHAPS_SEEN_BY_OTHERS = (
    "sessions.",
    "checkins.card",
    "checkins.closed",
    "checkins.nudge",
    "checkins.posted",
    "checkins.staff_",
    "checkins.task_done",
    "checkins.thread",
    "enrolment.welcome",
    "enrolment.thread_name",
)
HEALTH = {
    "en": (
        r"recovery|sober|sobriety|relapse|lapse|treatment|therapy|mental|health|crisis|suicid\w*|drugs?|alcohol"
        r"|overdose|craving\w*|patient|clinic\w*|IOP|attendance"
    ),
    "es": (
        r"recuperaci[óo]n|sobri\w+|reca[íi]da|tratamiento|terapia|mental|salud|crisis|suicid\w*|drogas?|alcohol"
        r"|sobredosis|paciente|cl[íi]nic\w*|asistencia"
    ),
}
SHORT = {
    "form_title": 45,
    "label_feeling": 45,
    "label_words": 45,
    "label_share": 45,
    "label_contact": 45,
    **dict.fromkeys(("habits_title", "label_rhythm", "label_nudge", "label_hours", "label_pause"), 45),
    **dict.fromkeys(("words_placeholder", "pause_placeholder"), 100),
}


@pytest.fixture(scope="module")
def texts(content: Content) -> Texts:
    return content.texts


def written(content: Content, language: str) -> dict[str, str]:
    """Everything members or staff may read in a language, by where it stands."""
    found = {
        f"{key}[{at}]": text for key in content.texts.keys for at, text in enumerate(content.texts.raw(language, key))
    }
    for skill in content.skills:
        wording = skill.wording(language)
        found[f"skill {skill.key}"] = f"{wording.title}\n{wording.text}\n{skill.cautions or ''}"
    for country in ("us", "xx"):
        for line in content.every_line(country):
            wording_ = line.wording(language)
            found[f"line {country} {line.key}"] = f"{wording_.name}\n{wording_.how}\n{wording_.discreet or ''}"
    return found


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_says_a_word_we_never_say(content: Content, language: str) -> None:
    banned = re.compile(rf"\b(?:{BANNED[language]})\b", re.IGNORECASE)
    assert {
        place: banned.findall(text) for place, text in written(content, language).items() if banned.search(text)
    } == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_others_may_see_names_health(texts: Texts, language: str) -> None:
    health = re.compile(rf"\b(?:{HEALTH[language]})\b", re.IGNORECASE)
    seen = [key for key in texts.keys if key.startswith(PERHAPS_SEEN_BY_OTHERS)]
    assert len(seen) > 20
    assert {key: text for key in seen for text in texts.raw(language, key) if health.search(text)} == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_reply_that_may_be_read_over_a_shoulder_says_nothing_of_violence(texts: Texts, language: str) -> None:
    telling = re.compile(
        r"violen\w*|hit|hurt\w*|partner|pareja|golpe\w*|dañ\w*|abus\w*|polic\w*|danger|peligro", re.IGNORECASE
    )
    keys = ("crisis.reply_violence", "crisis.violence_line", "crisis.shift_on_discreet", "crisis.shift_off_discreet")
    assert not [text for key in keys for text in texts.raw(language, key) if telling.search(text)]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("crisis.reply_suicide", "lifeline"),
        ("crisis.reply_overdose", "emergency"),
        ("crisis.reply_withdrawal", "emergency"),
        ("crisis.reply_violence", "emergency"),
        ("crisis.reply_third_person", "emergency"),
    ],
)
def test_each_answer_leads_with_what_saves(texts: Texts, language: str, key: str, first: str) -> None:
    for text in texts.raw(language, key):
        opening = text.split("\n", 1)[0]
        assert re.findall(r"\{(\w+)\}", opening)[:1] == [first], opening


@pytest.mark.parametrize("language", ["en", "es"])
def test_crisis_replies_come_in_four_say_who_is_there_and_carry_a_number(texts: Texts, language: str) -> None:
    for key in (key for key in texts.keys if key.startswith(("crisis.reply_", "crisis.notify_"))):
        variants = texts.raw(language, key)
        assert len(set(variants)) == len(variants) == 4, key
        for text in variants:
            assert "{emergency}" in text or "{lifeline}" in text
            assert ("{shift}" in text) == key.startswith("crisis.reply_")
    for key in ("crisis.reply_overdose", "crisis.reply_lapse", "crisis.notify_lapse"):
        assert any("nalox" in text.lower() for text in texts.raw(language, key))


@pytest.mark.parametrize("language", ["en", "es"])
def test_texts_fit_where_discord_puts_them(texts: Texts, language: str) -> None:
    for key in texts.keys:
        feature, _, name = key.partition(".")
        limit = 80 if feature == "buttons" else SHORT.get(name, 1_900)
        if name.startswith(("feeling_", "share_", "contact_")) and "confirmed" not in name:
            limit = 80
        for text in texts.raw(language, key):
            assert len(text) <= limit, key


def test_buttons_carry_the_names_that_stay_put(texts: Texts) -> None:
    labels = [texts.say("en", key) for key in texts.keys if key.startswith("buttons.")]
    assert labels[:15] == [
        "Check in", "I agree", "Not now", "Acknowledge", "Resolve", "Ask staff to contact me", "I'm safe for now",
        "Approve", "Decline", "On my way", "Running late", "Can't make it", "Helped", "Not for me", "Save",
    ]  # fmt: skip
    assert set(labels) >= {"Hand over", "Escalate now", "Open", "Reopen", "Done"}
    assert labels == [texts.say("es", key) for key in texts.keys if key.startswith("buttons.")]


def test_the_notice_says_what_it_must(texts: Texts) -> None:
    notice = texts.say("en", "enrolment.notice_body", program="Riverside", emergency="911", lifeline="988")
    said = (
        "read",
        "staff can read",
        "secret",
        "bot, not a person",
        "emergency service",
        "at all hours",
        "health records",
        "kept",
        "/stop",
        "safety still come",
        "911",
        "988",
    )
    assert [part for part in said if part not in notice] == []
    with_values = texts.say("es", "enrolment.notice_body", program="R" * 60, emergency="9" * 40, lifeline="9" * 60)
    assert len(with_values) <= 2_000


def test_saying_fills_placeholders_once_and_nothing_else(texts: Texts) -> None:
    said = texts.say("en", "checkins.posted", name="{feeling}", feeling="Steady")
    assert said == "{feeling} checked in: Steady"


def test_a_regional_or_unknown_language_finds_its_words(texts: Texts) -> None:
    assert texts.say("es-419", "errors.not_found") == "Eso ya no está."
    assert texts.say("pt-BR", "errors.not_found") == texts.say("en", "errors.not_found") == "That is no longer there."
    assert texts.languages == ("en", "es")


def test_an_unknown_key_and_a_missing_value_are_errors(texts: Texts) -> None:
    with pytest.raises(ContentError, match=r'no text "checkins\.thanks_grup"; did you mean "checkins\.thanks_group"\?'):
        texts.say("en", "checkins.thanks_grup")
    with pytest.raises(ContentError, match=r'"checkins\.posted" needs a value for \{feeling\}'):
        texts.say("en", "checkins.posted", name="Alex")


def test_variants_are_counted_and_wrap_round(texts: Texts) -> None:
    count = texts.variants("en", "coping.saved")
    assert count == 2
    assert texts.variant("en", "coping.saved", 0) == texts.variant("en", "coping.saved", count)
    assert texts.variants("en", "errors.not_found") == 1


@settings(derandomize=True)
@given(count=st.integers(1, 9), last=st.none() | st.integers(0, 8), seed=st.integers(0, 10**18))
def test_no_variant_twice_in_a_row(count: int, last: int | None, seed: int) -> None:
    chosen = pick_variant(count, last, seed)
    assert 0 <= chosen < count
    assert count == 1 or chosen != last


@given(st.data())
@settings(derandomize=True)
def test_every_other_variant_can_come_next(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 9))
    last = data.draw(st.integers(0, count - 1))
    assert {pick_variant(count, last, seed) for seed in range(count)} == set(range(count)) - {last}


EN = "# words\nhello: Hello, {name}.\nbye:\n  - Bye.\n  - See you.\n"
ES = "hello: Hola, {name}.\nbye:\n  - Adiós.\n  - Nos vemos.\n"


@pytest.mark.parametrize(
    ("english", "spanish", "said"),
    [
        (EN, ES.replace("hello", "helo"), ["texts/es/greet.yaml", "line 1", '"helo"', 'did you mean "hello"?']),
        (EN, "hello: Hola, {name}.\n", ["texts/es/greet.yaml", '"bye"', "missing", "texts/en/greet.yaml, line 3"]),
        (EN, ES.replace("{name}", "{nombre}"), ["line 1", '"hello"', "{name}"]),
        (EN, ES.replace("  - Nos vemos.\n", ""), ["line 2", '"bye"', "2 variants", "1 variants"]),
        (EN, ES.replace("bye:\n  - Adiós.\n  - Nos vemos.\n", "bye: Adiós.\n"), ["line 2", '"bye"', "one text"]),
        (EN.replace("{name}", "{name!r}"), ES, ["texts/en/greet.yaml", "line 2", '"hello"', "brace"]),
        (EN.replace("{name}", "{name.secret}"), ES, ["line 2", "brace"]),
        (EN + "hello: Again.\n", ES, ["line 6", '"hello"', "twice"]),
        (EN + "at: 18\n", ES, ["line 6", '"at"', "quotes"]),
        (EN + "none: []\n", ES, ["line 6", '"none"', "empty"]),
        (EN + "x: [\n", ES, ["texts/en/greet.yaml", "line", "not valid YAML"]),
        ("just a sentence", ES, ["texts/en/greet.yaml", "line 1", "list of keys"]),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key(
    tmp_path: Path, english: str, spanish: str, said: list[str]
) -> None:
    for language, text in (("en", english), ("es", spanish)):
        (tmp_path / language).mkdir()
        (tmp_path / language / "greet.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        Texts.load(tmp_path)
    assert all(part in str(caught.value) for part in said), str(caught.value)


def test_a_language_without_a_file_is_refused(tmp_path: Path) -> None:
    for language in ("en", "es"):
        (tmp_path / language).mkdir()
    (tmp_path / "en" / "greet.yaml").write_text(EN, encoding="utf-8")
    with pytest.raises(ContentError, match=r"texts/es/greet\.yaml: the file is missing"):
        Texts.load(tmp_path)


def test_times_and_no_are_words(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "greet.yaml").write_text("time: 18:00\nanswer: NO\n", encoding="utf-8")
    texts = Texts.load(tmp_path)
    assert texts.say("en", "greet.time") == "18:00"
    assert texts.say("en", "greet.answer") == "NO"


def test_no_text_loses_its_end_to_a_comment() -> None:
    """``the card in #on-call`` without quotes is "the card in" to YAML."""
    folder = Path(str(content_folder(None))) / "texts"
    cut = [
        f"{file.parent.name}/{file.name}:{number}"
        for file in sorted(folder.rglob("*.yaml"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if re.match(r"[a-z_0-9]+: [^\"'|>#][^\"]* #", line)
    ]
    assert cut == []
