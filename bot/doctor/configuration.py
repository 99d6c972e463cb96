"""Settings that nobody reads, who else may read them, and what goes missing without an address for private pages."""

import stat
from collections.abc import Mapping
from pathlib import Path

from pydantic_settings import DotEnvSettingsSource
from yarl import URL

from bot.doctor.findings import Findings, ok, warn
from config.settings import Settings, WebSettings, unknown_variables

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def settings_findings(environment: Mapping[str, str], env_file: Path) -> Findings:
    """Variables that no setting reads, here and in ``env_file``, and whether others may read that file."""
    written = DotEnvSettingsSource(Settings, env_file=env_file).env_vars if env_file.is_file() else {}
    names = dict.fromkeys((*environment, *(name.upper() for name in written)), "")
    findings = [
        warn("settings", sentence, "Correct its name, or take it out: nothing reads it.")
        for sentence in unknown_variables(names)
    ]
    if env_file.is_file() and (mode := stat.S_IMODE(env_file.stat().st_mode)) & 0o077:
        findings.append(
            warn(
                "settings",
                f"{env_file} may be read by others on this machine (mode {mode:04o}).",
                f"Run chmod 600 {env_file}: it is where the token and the keys are.",
            )
        )
    return findings or [ok("settings", "Every setting can be read, and each one that is set is known.")]


def pages_findings(web: WebSettings) -> Findings:
    """What the programme does without, where there are no private pages."""
    if web.base_url is None:
        return [
            warn(
                "private pages",
                "HANDRAIL_WEB__BASE_URL is not set, so scored features are not offered; an incident's words are to be "
                "had by the jump link of its card alone, and those of a DM not at all.",
                "Set it to the https address under which this programme serves the private pages.",
            )
        ]
    address = URL(web.base_url)
    if address.scheme != "https" and address.host not in _THIS_MACHINE:
        return [
            warn(
                "private pages",
                "The address of the private pages is not https: whoever is on the way can read them.",
                "Put a proxy with a certificate before them, and set HANDRAIL_WEB__BASE_URL to its https address.",
            )
        ]
    return [ok("private pages", "The private pages have an address.")]
