"""The form and the private answer, in every language."""

import pytest

from bot.checkins.service import Audience, Earlier, Feeling, Kept, Opening, ReachOut
from bot.ui.checkins import confirmation, form, quoted
from tests.checkins.world import CONTENT

NUMBERS = {"emergency": "911", "lifeline": "988"}
LANGUAGES = CONTENT.texts.languages


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_form_offers_words_and_never_a_number(language: str) -> None:
    sent = form(CONTENT, Opening(language, None, ""), "form", 7).to_dict()
    assert sent["custom_id"] == "checkin:form:7"
    assert len(sent["title"]) <= 45
    fields = {label["component"]["custom_id"]: label for label in sent["components"]}
    assert list(fields) == ["feeling", "words", "share", "contact"]
    assert all(len(label["label"]) <= 45 for label in sent["components"])
    assert [option["value"] for option in fields["feeling"]["component"]["options"]] == [each.value for each in Feeling]
    words = [option["label"] for option in fields["feeling"]["component"]["options"]]
    assert len(set(words)) == 5
    assert not any(character.isdigit() for character in "".join(words))
    assert fields["words"]["component"]["required"] is False
    assert [option["value"] for option in fields["share"]["component"]["options"]] == ["group", "staff", "self"]
    defaults = [option["value"] for option in fields["contact"]["component"]["options"] if option["default"]]
    assert defaults == ["no"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("feeling", list(Feeling))
@pytest.mark.parametrize("audience", list(Audience))
def test_every_answer_has_its_words(language: str, feeling: Feeling, audience: Audience) -> None:
    lines = ((f"checkins.thanks_{audience.value}", 1), (f"checkins.supportive_{feeling.value}", 2))
    said = confirmation(
        CONTENT, Kept(language, audience, changed=True, grave=False, lines=lines), ReachOut.TODAY, NUMBERS
    )
    assert len(said.split("\n\n")) == 4
    assert len(said) < 2000
    assert "988" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_starts_from_an_earlier_answer_but_asks_for_nobody_again(language: str) -> None:
    earlier = Earlier(Feeling.HEAVY, "long night", Audience.STAFF)
    sent = form(CONTENT, Opening(language, earlier, ""), "form", 7).to_dict()
    fields = {label["component"]["custom_id"]: label["component"] for label in sent["components"]}
    assert fields["words"]["value"] == "long night"
    chosen = {
        name: [option["value"] for option in fields[name]["options"] if option["default"]]
        for name in ("feeling", "share", "contact")
    }
    assert chosen == {"feeling": ["heavy"], "share": ["staff"], "contact": ["no"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_does_not_say_where_words_go_before_it_asks(language: str) -> None:
    words = CONTENT.texts.say(language, "checkins.label_words").lower()
    assert not [word for word in ("group", "grupo", "optional", "opcional") if word in words]


def test_quoted_words_stay_a_quotation() -> None:
    assert quoted("one\n\n\ntwo\r\nthree") == "one\n> two\n> three"
    assert quoted("") == ""
