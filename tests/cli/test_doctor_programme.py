"""The doctor and the programme: its file, its people, its helplines, its time zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.content import Content, Line
from bot.doctor.cover import cover_findings
from bot.doctor.findings import Level, look, look_here
from bot.doctor.helplines import due, helpline_findings
from bot.doctor.timekeeping import clock_finding, zone_findings
from bot.program.file import load_programme
from tests.cli.clinic import Clinic

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


class TestTheFile:
    async def test_one_that_cannot_be_read_leaves_what_runs(self, clinic: Clinic) -> None:
        clinic.file.write_text(clinic.file.read_text().replace("groups:", "gruops:"))
        report = await clinic.examined()
        assert report.failed() == {"programme"}
        assert "line 4" in report.of("programme", Level.FAIL).sentence
        assert "Riverside runs" in report.of("programme", Level.OK).sentence
        assert report.is_well("server", "permissions", "role order", "roles and channels", "on-call cover")

    async def test_one_that_was_changed_since(self, clinic: Clinic) -> None:
        clinic.write_programme(rota=[clinic.chen.id])
        report = await clinic.examined()
        assert report.failed() == set()
        assert "was changed since" in report.of("programme", Level.WARN).sentence

    async def test_somebody_who_left_staff_and_still_has_its_role(self, clinic: Clinic) -> None:
        clinic.write_programme(staff=[clinic.rivera.id, clinic.chen.id], backup=[clinic.chen.id])
        report = await clinic.examined()
        assert report.failed() == {"roles and channels"}
        assert str(clinic.okafor.id) in report.of("roles and channels", Level.FAIL).sentence

    async def test_none_at_all_and_the_one_that_runs_is_looked_at(self, clinic: Clinic) -> None:
        clinic.guild.channel_named("welcome").delete()
        report = await clinic.examined(clinic.settings.model_copy(update={"program": None}))
        assert report.failed() == {"roles and channels"}
        assert "python -m bot apply FILE" in report.of("roles and channels", Level.FAIL).advice

    async def test_one_that_was_never_applied(self, clinic: Clinic) -> None:
        other = clinic.sandbox.world.add_guild("Second", clinic.rivera)
        for person in (clinic.chen, clinic.okafor):
            other.add_member(person)
        clinic.sandbox.world.add_bot_to_guild(other, 8)
        clinic.file.write_text(clinic.file.read_text().replace(str(clinic.guild.id), str(other.id)))
        report = await clinic.examined()
        assert report.failed() == set()
        assert "not applied yet" in report.of("roles and channels", Level.WARN).sentence
        # The programme that runs in the first server is looked at as well.
        assert len([each for each in report.about("server") if each.level is Level.OK]) == 2


class TestCover:
    async def test_an_empty_rota(self, clinic: Clinic) -> None:
        clinic.write_programme(rota=[])
        report = await clinic.examined()
        assert report.failed() == {"on-call cover"}
        assert "rota is empty" in report.of("on-call cover", Level.FAIL).sentence

    async def test_nobody_as_backup(self, clinic: Clinic) -> None:
        clinic.write_programme(backup=[])
        report = await clinic.examined()
        assert report.failed() == set()
        assert "Nobody is backup" in report.of("on-call cover", Level.WARN).sentence

    async def test_nobody_at_all(self, clinic: Clinic) -> None:
        clinic.write_programme(staff=[], rota=[], backup=[])
        assert "no one at all" in (await clinic.examined()).of("on-call cover", Level.FAIL).sentence

    @pytest.mark.parametrize("name", ["chen", "okafor"])
    async def test_somebody_to_be_paged_who_is_not_in_the_server(self, clinic: Clinic, name: str) -> None:
        person = getattr(clinic, name)
        clinic.guild.remove_member(person)
        report = await clinic.examined()
        assert report.failed() == {"on-call cover"}
        assert str(person.id) in report.of("on-call cover", Level.FAIL).sentence

    async def test_staff_who_are_not_in_the_server_and_not_paged_first(self, clinic: Clinic) -> None:
        clinic.write_programme(backup=[clinic.rivera.id])
        clinic.guild.remove_member(clinic.okafor)
        await clinic.apply()
        report = await clinic.examined()
        assert report.failed() == set()
        assert str(clinic.okafor.id) in report.of("on-call cover", Level.WARN).sentence

    async def test_without_discord_the_lists_are_looked_at_all_the_same(self, clinic: Clinic) -> None:
        clinic.write_programme(rota=[])
        levels = [each.level for each in cover_findings(load_programme(clinic.file), None)]
        assert levels == [Level.FAIL, Level.WARN]


class TestHelplines:
    def line(self, verified: date | None) -> Line:
        return Content.load().every_line("us")[0].model_copy(update={"last_verified": verified})

    @pytest.mark.parametrize(
        ("verified", "said"),
        [
            (None, "1 helpline was never verified: emergency."),
            (date(2026, 3, 2), "1 helpline was last verified more than 120 days ago: emergency."),  # 121 days
            (date(2026, 3, 3), None),
            (date(2026, 7, 1), None),
        ],
    )
    def test_after_120_days_a_line_is_due(self, verified: date | None, said: str | None) -> None:
        found = due([self.line(verified)], NOON.date(), "us.yaml")
        assert [each.sentence for each in found] == ([] if said is None else [said])
        assert all(each.level is Level.WARN and "us.yaml" in each.advice for each in found)

    def test_a_country_without_lines_of_its_own(self) -> None:
        found = helpline_findings(["NZ"], NOON.date())
        assert "NZ has no helplines of its own" in found[0].sentence
        assert "default.yaml" in found[1].advice
        assert not any("no helplines of its own" in each.sentence for each in helpline_findings(["US"], NOON.date()))


class TestTime:
    @pytest.mark.parametrize(
        ("seconds", "level", "said"),
        [
            (0, Level.OK, "agrees"),
            (2, Level.OK, "agrees"),
            (-2, Level.OK, "agrees"),
            (2.1, Level.WARN, "2 s ahead of"),
            (-30, Level.WARN, "30 s behind"),
            (30.1, Level.FAIL, "30 s ahead of"),
            (-3600, Level.FAIL, "3600 s behind"),
        ],
    )
    def test_how_far_a_clock_may_be_off(self, seconds: float, level: Level, said: str) -> None:
        found = clock_finding(NOON + timedelta(seconds=seconds), NOON)
        assert (found.level, said in found.sentence) == (level, True)

    def test_a_proxy_that_gives_no_date(self) -> None:
        assert clock_finding(NOON, None).level is Level.WARN

    def test_a_machine_without_the_rules_of_the_zone(self) -> None:
        found = zone_findings(["America/New_York", "Europe/Paris"], {"Europe/Paris"})
        assert [(each.level, each.sentence) for each in found] == [
            (Level.FAIL, "The rules of America/New_York are not on this machine.")
        ]
        assert zone_findings([], set())[0].level is Level.OK


class TestACheckThatBreaks:
    async def test_says_so_and_raises_nothing(self) -> None:
        async def breaks() -> list[object]:
            raise RuntimeError("somebody's words")

        found = await look("cover", breaks())  # type: ignore[arg-type]  # it never returns
        assert [(each.level, each.topic) for each in found] == [(Level.WARN, "cover")]
        assert "RuntimeError" in found[0].sentence
        assert "somebody's words" not in found[0].sentence

    def test_also_where_nothing_is_waited_for(self) -> None:
        assert "ZeroDivisionError" in look_here("disk", lambda: [1 // 0])[0].sentence  # type: ignore[list-item]  # breaks
