"""The command line. ``python -m bot COMMAND``, or ``handrail COMMAND`` where the package is installed.

Exit codes: 0 done; 1 it ran, and something is not as it should be (``doctor``, ``bench``); 2 a setting, a file or the
set-up is wrong, said in one sentence on stderr. Each command imports what it needs when it runs, so that ``assess``
starts without Discord and ``--help`` without anything.
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from bot.errors import HandrailError

Work = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = _parser().parse_args(arguments)
    work: Work = given.work
    try:
        code = work(given)
        sys.stdout.flush()
    except HandrailError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough. What is left of it must not be tried again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def entry() -> None:
    """What the installed ``handrail`` command runs."""
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="handrail", description="Support between sessions, on Discord.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, work: Work, says: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=says, description=says)
        made.set_defaults(work=work)
        return made

    command("run", _run, "run the bot")
    demo = command("demo", _demo, "a seeded programme on this machine, every person playable in a web page")
    demo.add_argument("--port", type=int, default=8090, help="the page's port (8090; 0 takes a free one)")
    command("migrate", _migrate, "bring the database up to date")
    apply = command("apply", _apply, "bring a Discord server in line with a programme file")
    apply.add_argument("file", type=Path, help="the programme file")
    apply.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    assess = command("assess", _assess, "read JSON Lines on stdin, write a tier for each on stdout")
    assess.add_argument("--explain", action="store_true", help="for people: the reasons, a line each")
    command("doctor", _doctor, "look at everything this needs, and say what to do about what is missing")
    backup = command("backup", _backup, "write an encrypted backup while the bot runs")
    backup.add_argument("file", type=Path, nargs="?", default=Path(), help="the file, or a folder (this one)")
    restore = command("restore", _restore, "put a backup back")
    restore.add_argument("file", type=Path, help="the backup")
    restore.add_argument("--replace", action="store_true", help="where a database is there already; it is kept aside")
    keys = command("keys", _keys_new, "the keys that encrypt what people wrote")
    which = keys.add_subparsers(dest="which", required=True, metavar="WHICH")
    which.add_parser("new", help="print a new key").set_defaults(work=_keys_new)
    which.add_parser("rotate", help="encrypt everything anew under the newest key").set_defaults(work=_keys_rotate)
    audit = command("audit", _audit_verify, "the record of who saw what")
    verify = audit.add_subparsers(dest="which", required=True, metavar="WHICH").add_parser(
        "verify", help="hold the record against itself: nothing taken out, put in or altered"
    )
    verify.add_argument("--noted", help="a hash that was written down earlier, which must be in the record")
    verify.set_defaults(work=_audit_verify)
    factor = command("second-factor", _factor_reset, "the second factor of staff")
    reset = factor.add_subparsers(dest="which", required=True, metavar="WHICH").add_parser(
        "reset", help="for a lost device: their next visit sets up a new one"
    )
    reset.add_argument("user", type=int, help="the person's Discord user id")
    reset.set_defaults(work=_factor_reset)
    export = command("export", _export, "write everything that is kept of one person into a file")
    export.add_argument("user", type=int, help="the person's Discord user id")
    export.add_argument("file", type=Path, help="the file; it is readable by you alone, and not encrypted")
    bench = command("bench", _bench, "measure, and print the tables of docs/performance.md")
    bench.add_argument("names", nargs="*", help="which benchmarks (all)")
    bench.add_argument("--write", action="store_true", help="put the tables into docs/performance.md, too")
    return parser


# -- commands that run -------------------------------------------------------------------------------------------------


def _run(_given: argparse.Namespace) -> int:
    from bot.running import run  # noqa: PLC0415  # discord.py takes half a second that other commands need not wait

    return _async(run(_settings(stays=True)))


def _demo(given: argparse.Namespace) -> int:
    from bot.demo import demo  # noqa: PLC0415

    return _async(demo(port=given.port))


def _apply(given: argparse.Namespace) -> int:
    from bot.running import apply  # noqa: PLC0415

    return _async(apply(_settings(), given.file, dry_run=given.dry_run))


def _doctor(_given: argparse.Namespace) -> int:
    from bot.doctor.report import doctor  # noqa: PLC0415

    return _async(doctor())


def _bench(given: argparse.Namespace) -> int:
    from bot.bench import bench  # noqa: PLC0415
    from bot.bench.report import PAGE  # noqa: PLC0415

    return bench(given.names, into=PAGE if given.write else None)


# -- commands on the database ------------------------------------------------------------------------------------------


def _migrate(_given: argparse.Namespace) -> int:
    from bot.keeping import migrate_database  # noqa: PLC0415

    return _async(migrate_database(_settings()))


def _backup(given: argparse.Namespace) -> int:
    from bot.keeping import back_up  # noqa: PLC0415

    return _async(back_up(_settings(), given.file))


def _restore(given: argparse.Namespace) -> int:
    from bot.keeping import put_back  # noqa: PLC0415

    return _async(put_back(_settings(), given.file, replace=given.replace))


def _export(given: argparse.Namespace) -> int:
    from bot.keeping import export  # noqa: PLC0415

    return _async(export(_settings(), given.user, given.file))


def _audit_verify(given: argparse.Namespace) -> int:
    from bot.keeping import verify_audit  # noqa: PLC0415

    return _async(verify_audit(_settings(), given.noted))


def _factor_reset(given: argparse.Namespace) -> int:
    from bot.keeping import reset_factor  # noqa: PLC0415

    return _async(reset_factor(_settings(), given.user))


def _keys_new(_given: argparse.Namespace) -> int:
    from bot.db.keys import new_key  # noqa: PLC0415

    print(new_key())
    return 0


def _keys_rotate(_given: argparse.Namespace) -> int:
    from bot.keeping import rotate_keys  # noqa: PLC0415

    return _async(rotate_keys(_settings()))


# -- commands that need nothing ----------------------------------------------------------------------------------------


def _assess(given: argparse.Namespace) -> int:
    from bot.crisis.detector import Detector  # noqa: PLC0415
    from bot.crisis.lines import assess_lines, explain_lines  # noqa: PLC0415

    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # a text stream here
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # as above
    gc.disable()  # reading the lexicon makes much and drops little: collecting meanwhile only delays the first answer
    detector = Detector.load()
    gc.freeze()
    gc.enable()
    for answer in (explain_lines if given.explain else assess_lines)(sys.stdin, detector):
        print(answer, flush=True)  # whoever sends one line and waits gets its answer
    return 0


# -- what they share ---------------------------------------------------------------------------------------------------


def _settings(*, stays: bool = False) -> Any:  # noqa: ANN401  # Settings, imported late
    """The settings, with the logs set as they say.

    A command that ends by itself says on stdout what it did; unless it ``stays``, everyday log lines are left out.
    """
    from bot.observe.logs import configure_logs  # noqa: PLC0415
    from config.settings import LogFormat, LogLevel, load_settings  # noqa: PLC0415

    settings = load_settings()
    level = LogLevel.WARNING if settings.log.level is LogLevel.INFO and not stays else settings.log.level
    configure_logs(as_json=settings.log.format is LogFormat.JSON, level=level.value)
    return settings


def _async(work: Coroutine[Any, Any, int]) -> int:
    return asyncio.run(work)


if __name__ == "__main__":
    entry()
