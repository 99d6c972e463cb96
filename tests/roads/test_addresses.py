"""Contacts are read as apprise's addresses; a bad one is named by its scheme and nothing else."""

import pytest

from bot.roads.addresses import AddressError, Mail, Ntfy, Other, PagerDuty, RoadType, Twilio, Webhook, read

SID, TOKEN = "ACsecret0123", "topsecret456"
KEY = "R0123456789abcdefghij"


@pytest.mark.parametrize(
    ("contact", "kind", "addresses"),
    [
        (
            f"twilio://{SID}:{TOKEN}@+15550001111/+15550002222",
            RoadType.SMS,
            [Twilio(SID, TOKEN, None, "+15550001111", "+15550002222", voice=False)],
        ),
        (
            f"twilio://{SID}:{TOKEN}@15550001111/(555)000-2222/5550003333?voice=yes",
            RoadType.VOICE,
            [
                Twilio(SID, TOKEN, None, "15550001111", "5550002222", voice=True),
                Twilio(SID, TOKEN, None, "15550001111", "5550003333", voice=True),
            ],
        ),
        (
            f"twilio://{SID}:{TOKEN}@MG0123456789abcdef0123456789abcdef/+15550002222?apikey=SK1",
            RoadType.SMS,
            [Twilio(SID, TOKEN, "SK1", "MG0123456789abcdef0123456789abcdef", "+15550002222", voice=False)],
        ),
        (
            f"twilio://{SID}:{TOKEN}@+15550001111/+15550002222?method=call",
            RoadType.VOICE,
            [Twilio(SID, TOKEN, None, "+15550001111", "+15550002222", voice=True)],
        ),
        (f"pagerduty://{KEY}@events", RoadType.PAGERDUTY, [PagerDuty(KEY, europe=False)]),
        (f"pagerduty://{KEY}@?region=eu", RoadType.PAGERDUTY, [PagerDuty(KEY, europe=True)]),
        (
            "mailto://127.0.0.1:2525?to=rivera@example.org&from=bot@example.org",
            RoadType.EMAIL,
            [Mail("127.0.0.1", 2525, "insecure", None, None, "bot@example.org", "rivera@example.org")],
        ),
        (
            "mailtos://bot:pass@clinic.example.org/rivera@example.org/chen@example.org?smtp=mail.example.org&mode=ssl",
            RoadType.EMAIL,
            [
                Mail("mail.example.org", 465, "ssl", "bot", "pass", "bot@clinic.example.org", "rivera@example.org"),
                Mail("mail.example.org", 465, "ssl", "bot", "pass", "bot@clinic.example.org", "chen@example.org"),
            ],
        ),
        ("ntfy://handrail-rivera", RoadType.NTFY, [Ntfy(None, "handrail-rivera", None, None, None, 5)]),
        (
            "ntfys://tk_abc@push.example.org/one",
            RoadType.NTFY,
            [Ntfy("https://push.example.org", "one", "tk_abc", None, None, 5)],
        ),
        (
            "ntfy://u:p@127.0.0.1:99/one/two?priority=high",
            RoadType.NTFY,
            [
                Ntfy("http://127.0.0.1:99", "one", None, "u", "p", 4),
                Ntfy("http://127.0.0.1:99", "two", None, "u", "p", 4),
            ],
        ),
        (
            "jsons://u:p%40@hooks.example.org:8443/a/b?+X-Token=t+1&-k=v&:message=text&method=put",
            RoadType.WEBHOOK,
            [
                Webhook(
                    "https://hooks.example.org:8443/a/b",
                    "PUT",
                    "u",
                    "p@",
                    {"X-Token": "t 1"},
                    {"k": "v"},
                    {"message": "text"},
                )
            ],
        ),
        ("json://localhost", RoadType.WEBHOOK, [Webhook("http://localhost/", "POST", None, None, {}, {}, {})]),
        ("xml://localhost/x", RoadType.OTHER, [Other("xml://localhost/x")]),
    ],
)
def test_each_is_read(contact: str, kind: RoadType, addresses: list[object]) -> None:
    found = read(contact)
    assert [road.address for road in found] == addresses
    assert {road.type for road in found} == {kind}
    assert len({road.key for road in found}) == len(found)
    assert all(len(road.key) == 12 for road in found)
    assert [road.key for road in read(contact)] == [road.key for road in found], "the same at every start"


@pytest.mark.parametrize(
    "contact",
    [
        "twilio://hunter2",
        "twilio://hunter2:hunter2@+15550001111",
        "twilio://hunter2:hunter2@+15550001111/hunter2",
        "twilio://hunter2:hunter2@hunter2/+15550001111",
        "twilio://hunter2:hunter2@MG0123456789abcdef0123456789abcdef/+15550002222?voice=yes",
        "pagerduty://hunter2@x",
        "mailto://hunter2",
        "mailtos://hunter2:hunter2@example.org?mode=hunter2",
        "ntfy://",
        "ntfy://ntfy.sh/hunter2,",
        "ntfy://host/hunter2 2",
        "json://",
        "json://host/hunter2?method=get",
        "json://host:hunter2/",
        "json://[hunter2/",
        "nosuchservice://hunter2",
        "pover://hunter2",
    ],
)
def test_a_bad_one_is_named_by_its_scheme_only(contact: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AddressError) as refused:
        read(contact)
    sentence = str(refused.value)
    assert f"{contact.partition(':')[0]}://" in sentence
    assert "hunter2" not in sentence
    assert not sentence.endswith(".")
    said = capfd.readouterr()
    assert "hunter2" not in said.out + said.err, "apprise logs nothing of it, either"


def test_an_address_is_not_shown_by_accident() -> None:
    [road] = read(f"twilio://{SID}:{TOKEN}@+15550001111/+15550002222")
    assert TOKEN not in repr(road)
    assert "+1555" not in repr(road)
    assert TOKEN not in road.key
