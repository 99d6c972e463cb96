"""What becomes of an answer: who sees it, what is said in return, and what happens around it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.checkins.service import Audience, Earlier, Feeling, ReachOut
from bot.crisis.assessment import Tier
from bot.delivery.rules import State
from bot.errors import NotAllowedError, NotFoundError
from bot.program.layout import STAFF_ROOM, check_in_key
from bot.ui.checkins import confirmation, post_text
from tests.checkins.stories import NINE, stored, thread_of
from tests.checkins.world import (
    ALEX,
    BEA,
    CHEN,
    CONTENT,
    GUILD,
    RIVERA,
    SAM,
    World,
    answer,
    as_stored,
    submit,
)
from tests.harness.leaving import leaves

IN_DANGER = "I'm going to kill myself tonight"
LAPSED = "I drank last night after three weeks, I feel so ashamed"
NUMBERS = {"emergency": "911", "lifeline": "988"}


async def test_to_the_group_goes_into_the_days_thread_under_the_chosen_name(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="long night\nbut here"))
    await world.deliver()
    assert world.wall.texts(await thread_of(world, day)) == ["Alex checked in: Heavy\n> long night\n> but here"]
    assert len(world.wall.posted) == 1


async def test_without_words_it_is_one_line(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, feeling=Feeling.STEADY))
    await world.deliver()
    assert world.wall.texts(await thread_of(world, day)) == ["Alex checked in: Steady"]


async def test_names_and_words_cannot_format_or_ping(world: World, day: int) -> None:
    await world.members.update(GUILD, ALEX, name="**Al** @everyone", timezone="", reminders=True)
    await submit(world, answer(ALEX, day, words="**loud** <@&123456789012345678> @here\n\n# big"))
    await world.deliver()
    ((_, post),) = world.wall.posted
    assert "**" not in post.content.replace("\\*\\*", "")
    for ping in ("@everyone", "@here", "<@&1"):
        assert ping not in post.content
    assert not post.mentions.everyone
    assert not post.mentions.roles
    assert not post.mentions.users
    assert all(line.startswith("> ") for line in post.content.splitlines()[1:])


async def test_the_longest_words_still_fit_a_message(world: World, day: int) -> None:
    await world.members.update(GUILD, ALEX, name="_" * 80, timezone="", reminders=True)
    await submit(world, answer(ALEX, day, words="*" * 250 + "\n_" * 125))
    await world.deliver()
    ((_, post),) = world.wall.posted
    assert post.content.endswith("\\_")  # nothing was cut off
    assert len(post.content) <= 2000


async def test_before_the_thread_is_there_it_goes_to_the_channel(world: World) -> None:
    await world.plan()
    world.clock.set(NINE)
    await submit(world, answer(ALEX))
    await world.deliver()
    assert "Alex checked in: Heavy" in world.wall.texts(await world.channel(check_in_key("morning")))


async def test_where_the_thread_is_gone_it_goes_to_the_channel(world: World, day: int) -> None:
    world.wall.gone.add(await thread_of(world, day))
    await submit(world, answer(ALEX, day))
    await world.deliver()
    channel = await world.channel(check_in_key("morning"))
    assert world.wall.texts(channel) == ["Alex checked in: Heavy"]
    await submit(world, answer(BEA, day))
    await world.deliver()
    assert world.wall.texts(channel) == ["Alex checked in: Heavy", "Bea checked in: Heavy"]


async def test_to_staff_tells_staff_that_there_is_one_and_never_the_words(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="a secret worry", audience=Audience.STAFF))
    await world.deliver()
    assert world.wall.texts(await world.channel(STAFF_ROOM))[-1] == "Alex (Morning IOP) sent a check-in to staff."
    assert len(world.wall.posted) == 1
    ((_, post),) = world.wall.posted
    assert "worry" not in repr(post)
    (row,) = await stored(world)
    assert post.view is not None
    assert [item.to_component_dict()["custom_id"] for item in post.view.children] == [f"checkin:show:{row.id}"]


async def test_what_was_sent_to_staff_is_read_by_staff_alone(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="a secret worry", audience=Audience.STAFF))
    (row,) = await stored(world)
    for staff in (RIVERA, CHEN):
        shown = await world.checkins.read_for_staff(GUILD, staff, row.id)
        assert post_text(CONTENT, shown) == "Alex checked in: Heavy\n> a secret worry"
    for other in (ALEX, BEA, SAM):
        with pytest.raises(NotAllowedError, match="staff only"):
            await world.checkins.read_for_staff(GUILD, other, row.id)
    for guild, answer_id in ((GUILD, row.id + 1), (GUILD + 1, row.id)):
        with pytest.raises((NotFoundError, NotAllowedError)):
            await world.checkins.read_for_staff(guild, RIVERA, answer_id)


@pytest.mark.parametrize("audience", [Audience.GROUP, Audience.SELF])
async def test_what_is_not_for_staff_any_more_is_no_longer_there(world: World, day: int, audience: Audience) -> None:
    await submit(world, answer(ALEX, day, words="first", audience=Audience.STAFF))
    await submit(world, answer(ALEX, day, key="2", words="second", audience=audience))
    (row,) = await stored(world)
    with pytest.raises(NotFoundError, match="no longer there"):
        await world.checkins.read_for_staff(GUILD, RIVERA, row.id)
    await world.deliver()
    assert not [said for said in world.wall.texts(await world.channel(STAFF_ROOM)) if "sent a check-in" in said]


async def test_to_oneself_posts_nothing_anywhere(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="just for me", audience=Audience.SELF))
    await world.deliver()
    assert world.wall.posted == []
    (row,) = await stored(world)
    assert (row.words, row.feeling, row.audience) == ("just for me", "heavy", "self")


async def test_an_answer_is_not_readable_in_the_file(world: World, day: int, tmp_path: Path) -> None:
    await submit(world, answer(ALEX, day, words="canary-words", feeling=Feeling.STRUGGLING, audience=Audience.SELF))
    written = as_stored(tmp_path)
    assert b"checkin_answers" in written
    for secret in (b"canary-words", b"struggling"):
        assert secret not in written


async def test_today_asks_staff_once_and_says_what_helps_until_then(world: World, day: int) -> None:
    given = answer(ALEX, day, audience=Audience.SELF, reach_out=ReachOut.TODAY)
    _, arranged, kept = await submit(world, given)
    await world.deliver()
    assert arranged is None
    assert (
        world.wall.texts(await world.channel(STAFF_ROOM))[-1]
        == "Alex (Morning IOP) would like to hear from staff today."
    )
    said = confirmation(CONTENT, kept, ReachOut.TODAY, NUMBERS)
    assert "988" in said
    assert "911" in said
    await world.checkins.reach(given)
    await world.deliver()
    assert len(world.wall.posted) == 1


async def test_today_pages_where_there_is_no_staff_room(world: World, day: int) -> None:
    async with world.database.write() as session:
        found = await world.programmes.object_ids(GUILD)
        room = next(ref for ref in found if ref.key == STAFF_ROOM)
        await session.execute(
            # The room was never made: its row goes.
            text("DELETE FROM server_objects WHERE key = :key"),
            {"key": room.key},
        )
    arranged = await world.checkins.reach(answer(ALEX, day, reach_out=ReachOut.TODAY))
    assert arranged
    assert await world.rows("oncall.dm")


async def test_now_pages_and_the_answer_is_kept_all_the_same(world: World, day: int) -> None:
    _, arranged, kept = await submit(world, answer(ALEX, day, reach_out=ReachOut.NOW))
    assert arranged is not None
    assert "988" in arranged
    assert [row.user_id for row in await world.rows("oncall.dm")] == [RIVERA]
    assert [key for key, _ in kept.lines] == ["checkins.went_group"]
    await world.deliver()
    assert world.wall.texts(await thread_of(world, day)) == ["Alex checked in: Heavy"]


@pytest.mark.parametrize("chosen", list(Audience))
async def test_words_of_danger_page_and_are_never_posted(world: World, day: int, chosen: Audience) -> None:
    heard, _, kept = await submit(world, answer(ALEX, day, words=IN_DANGER, audience=chosen))
    assert heard.tier is Tier.PAGE
    assert heard.reply is not None
    assert "988" in heard.reply
    assert await world.rows("oncall.dm")
    assert kept.audience is (Audience.SELF if chosen is Audience.SELF else Audience.STAFF)
    await world.deliver()
    assert all("kill" not in post.content for _, post in world.wall.posted)
    assert world.wall.texts(await thread_of(world, day)) == []
    told = [said for said in world.wall.texts(await world.channel(STAFF_ROOM)) if "sent a check-in" in said]
    assert bool(told) is (chosen is not Audience.SELF)
    key = f"checkins.held_{chosen.value}"
    assert confirmation(CONTENT, kept, ReachOut.NO, NUMBERS) in CONTENT.texts.raw("en", key)
    (row,) = await stored(world)
    assert row.words == IN_DANGER


@pytest.mark.parametrize("audience", list(Audience))
async def test_after_a_quieter_sign_only_where_it_went_is_said(world: World, day: int, audience: Audience) -> None:
    await submit(world, answer(ALEX, day, audience=audience))
    lapsed = answer(ALEX, day, key="2", words=LAPSED, feeling=Feeling.STEADY, audience=audience)
    heard, _, kept = await submit(world, lapsed)
    assert heard.tier is Tier.NOTIFY
    assert kept.audience is audience
    said = confirmation(CONTENT, kept, ReachOut.NO, NUMBERS)
    assert said in CONTENT.texts.raw("en", f"checkins.went_{audience.value}")


async def test_words_of_danger_from_somebody_discharged_still_page(world: World, day: int) -> None:
    await leaves(world.database, world.clock, world.members, GUILD, ALEX)
    given = answer(ALEX, day, words=IN_DANGER, reach_out=ReachOut.NOW)
    heard = await world.checkins.hear(given)
    assert heard.tier is Tier.PAGE
    assert await world.checkins.reach(given)
    assert await world.rows("oncall.dm")
    with pytest.raises(NotAllowedError):
        await world.checkins.keep(given, heard)


async def test_a_second_answer_takes_the_place_of_the_first(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="first"))
    await world.deliver()
    thread = await thread_of(world, day)
    _, _, kept = await submit(world, answer(ALEX, day, key="2", words="second", feeling=Feeling.STEADY))
    await world.deliver()
    assert kept.changed
    assert world.eraser.deleted == [(thread, 900_002)]
    assert world.wall.texts(thread) == ["Alex checked in: Heavy\n> first", "Alex checked in: Steady\n> second"]
    (row,) = await stored(world)
    assert (row.words, row.revision) == ("second", 2)


async def test_changing_ones_mind_to_private_takes_the_post_back(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="first"))
    await world.deliver()
    await submit(world, answer(ALEX, day, key="2", words="first", audience=Audience.SELF))
    await world.deliver()
    assert len(world.eraser.deleted) == len(world.wall.posted) == 1


async def test_what_was_posted_for_somebody_is_taken_back_from_a_thread_that_sleeps(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="mine"))
    await submit(world, answer(BEA, day, words="hers"))
    await world.deliver()
    thread = await thread_of(world, day)
    world.eraser.asleep.add(thread)
    world.clock.advance(hours=80)
    async with world.database.write() as session:
        await world.posting.take_back(session, ALEX)
        await session.execute(text("DELETE FROM checkin_answers WHERE user_id = :user"), {"user": ALEX})
    await world.deliver()
    (posted,) = [row for row in await world.rows("checkins.post") if "-answer:1:" in str(row.subject)]
    assert world.eraser.deleted == [(thread, posted.message_id)]


async def test_a_post_on_its_way_is_called_off_where_its_author_erases_it(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="mine"))
    async with world.database.write() as session:
        await world.posting.take_back(session, ALEX)
    await world.deliver()
    assert world.wall.posted == []
    assert [row.state for row in await world.rows("checkins.post")] == [State.CANCELLED]


async def test_the_form_starts_from_todays_answer_and_from_no_other(world: World, day: int) -> None:
    assert (await world.checkins.may_open(GUILD, ALEX, day)).earlier is None
    await submit(world, answer(ALEX, day, words="first", audience=Audience.SELF, reach_out=ReachOut.TODAY))
    for opened in (day, None):
        earlier = (await world.checkins.may_open(GUILD, ALEX, opened)).earlier
        assert earlier == Earlier(Feeling.HEAVY, "first", Audience.SELF)
    assert (await world.checkins.may_open(GUILD, BEA, day)).earlier is None
    world.clock.set(NINE + timedelta(days=1))
    assert (await world.checkins.may_open(GUILD, ALEX, None)).earlier is None
    assert (await world.checkins.may_open(GUILD, ALEX, day)).earlier is None


async def test_two_answers_before_anything_is_sent_post_only_the_last(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="first"))
    await submit(world, answer(ALEX, day, key="2", words="second"))
    await world.deliver()
    assert world.wall.texts(await thread_of(world, day)) == ["Alex checked in: Heavy\n> second"]
    assert world.eraser.deleted == []


async def test_an_answer_of_somebody_who_left_meanwhile_is_not_posted(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day))
    await leaves(world.database, world.clock, world.members, GUILD, ALEX)
    await world.deliver()
    assert world.wall.texts(await thread_of(world, day)) == []
    assert [row.state for row in await world.rows("checkins.post")] == [State.CANCELLED]


class Offered:
    """A scored form on private pages that are not built yet."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int]] = []

    async def offer(self, guild_id: int, user_id: int, day_id: int) -> str | None:
        self.asked.append((guild_id, user_id, day_id))
        return "https://pages.example/once"


async def test_a_scored_form_is_offered_by_its_link_alone_and_never_after_a_grave_answer(
    world: World, day: int
) -> None:
    world.checkins.scored = offered = Offered()
    _, _, kept = await submit(world, answer(ALEX, day, audience=Audience.SELF))
    assert "https://pages.example/once" in confirmation(CONTENT, kept, ReachOut.NO, NUMBERS)
    _, _, grave = await submit(world, answer(BEA, day, words=IN_DANGER, audience=Audience.SELF))
    assert "https" not in confirmation(CONTENT, grave, ReachOut.NO, NUMBERS)
    assert offered.asked == [(GUILD, ALEX, day)]


async def test_the_same_form_twice_changes_nothing(world: World, day: int) -> None:
    await submit(world, answer(ALEX, day, words="here"))
    await world.deliver()
    _, _, kept = await submit(world, answer(ALEX, day, key="2", words="here"))
    await world.deliver()
    assert [key for key, _ in kept.lines] == ["checkins.same"]
    assert not kept.changed
    assert len(world.wall.posted) == 1
    assert world.eraser.deleted == []


async def test_where_the_filters_break_staff_read_it_first(world: World, day: int) -> None:
    async def broken(guild_id: int, group_key: str, user_id: int, words: str) -> tuple[str, ...]:
        raise RuntimeError(f"{guild_id} {group_key} {user_id} {len(words)}")

    world.checkins.held_for = broken
    _, _, kept = await submit(world, answer(ALEX, day, words="harmless"))
    await world.deliver()
    assert kept.audience is Audience.STAFF
    assert world.wall.texts(await thread_of(world, day)) == []


async def test_an_answer_that_nobody_would_hold_is_not_judged_for_staff_or_oneself(world: World, day: int) -> None:
    async def holds_all(guild_id: int, group_key: str, user_id: int, words: str) -> tuple[str, ...]:
        del guild_id, group_key, user_id, words
        return ("contact", "links")

    world.checkins.held_for = holds_all
    _, _, kept = await submit(world, answer(ALEX, day, words="mine", audience=Audience.SELF))
    assert kept.audience is Audience.SELF
    _, _, kept = await submit(world, answer(BEA, day, words="for the group"))
    assert kept.lines[0][0] == "checkins.kept_back"
    assert "What stood out: contact details, a link." in confirmation(CONTENT, kept, ReachOut.NO, NUMBERS)


async def test_a_task_that_could_not_be_posted_is_posted_when_it_can(world: World, day: int) -> None:
    room = await world.channel(STAFF_ROOM)
    world.wall.gone.add(room)
    await submit(world, answer(ALEX, day, audience=Audience.SELF, reach_out=ReachOut.TODAY))
    await world.deliver()
    assert world.wall.texts(room) == []
    world.wall.gone.discard(room)
    world.clock.advance(hours=2)
    await world.deliver()
    (line,) = world.wall.texts(room)
    assert "Nobody has ticked it off yet" in line
