"""Hundreds of messages a second: one card for staff, and no write for any other of them, so that pages go on."""

from sqlalchemy import event

from bot.intake.service import Origin
from tests.harness.house import House
from tests.harness.person import text_of


async def test_a_flood_is_one_card_and_one_write(house: House) -> None:
    await house.enrol("Alex")
    message = None
    for _ in range(5):
        message = await house["Alex"].says("buy now", in_="morning-check-in")
    assert message is not None
    [card] = house["Okafor"].reads("mod-queue")
    assert "buy now" not in text_of(card)
    commits: list[object] = []
    event.listen(house.app.database._writer.sync_engine, "commit", commits.append)
    for number in range(1, 200):
        origin = Origin(
            house.guild.id, house["Alex"].id, message.channel.id, "channel", message_id=message.id + (number << 22)
        )
        await house.app.rooms.moderation.review("buy now", origin)
    assert commits == []
    assert len(house["Okafor"].reads("mod-queue")) == 1
