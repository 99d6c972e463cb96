"""A message that says danger pages the person on call, climbs the ladder, and is answered privately."""

from tests.harness.house import House


async def test_it_pages_and_answers(house: House) -> None:
    await house.enrol("Alex")
    alex, rivera, chen, okafor = house["Alex"], *house.staff
    await alex.says("I'm going to kill myself tonight", in_="morning-check-in")

    assert rivera.is_paged()
    assert not chen.is_paged()
    assert any("988" in text for text in alex.texts())
    assert "988" not in "".join(house["Bea"].texts())

    await house.advance(minutes=3)
    assert chen.is_paged()
    await house.advance(minutes=4)
    assert okafor.is_paged()

    answer = await rivera.clicks("Acknowledge", in_="on-call")
    assert "You have it" in answer.text
    assert not rivera.is_paged()
    assert not chen.is_paged()
    before = len(rivera.reads("on-call"))
    await house.advance(hours=2)
    assert len(rivera.reads("on-call")) == before
