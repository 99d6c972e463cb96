"""Every setting of Handrail, in one tree, read from the environment and from ``.env``.

Names are ``HANDRAIL_`` + the path joined by ``__``: ``settings.discord.token`` is ``HANDRAIL_DISCORD__TOKEN``.
Nothing here is read at import: ``load_settings`` builds the tree, and ``bot.app`` hands out the branches.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as PydanticSettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from yarl import URL

from bot.errors import SettingsError

PREFIX = "HANDRAIL_"
DISCORD_API = "https://discord.com/api/v10"


class LogFormat(StrEnum):
    """How a log line looks: for a person at a terminal, or for a machine that collects them."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least grave line that is written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _web_address(text: str) -> str:
    url = URL(text)
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("must be a web address such as https://discord.com/api/v10")
    return text.rstrip("/")


def _pages_address(text: str) -> str:
    address = _web_address(text)
    if URL(address).path not in {"", "/"} or "?" in address or "#" in address:
        raise ValueError("must be an address without a path, such as https://handrail.example.org")
    return address


def _database_address(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("must be a database address such as sqlite+aiosqlite:///data/handrail.db") from None
    if url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
    return text


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _secret_web_address(secret: SecretStr) -> SecretStr:
    return SecretStr(_web_address(secret.get_secret_value()))


WebAddress = Annotated[str, AfterValidator(_web_address)]
HeartbeatAddress = Annotated[SecretStr, AfterValidator(_secret_web_address)]
PagesAddress = Annotated[str, AfterValidator(_pages_address)]
DatabaseAddress = Annotated[str, AfterValidator(_database_address)]


class Branch(BaseModel):
    """A part of the tree: refuses what it does not know, and does not change once it is built."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DiscordSettings(Branch):
    """The Discord application."""

    token: SecretStr | None = Field(None, description="The bot's token, from the application's page on Discord.")
    api_base: WebAddress = Field(
        DISCORD_API, description="Where Discord's REST API v10 is: Discord, a proxy, a sandbox."
    )


class DatabaseSettings(Branch):
    """Where everything is kept."""

    url: DatabaseAddress = Field(
        "sqlite+aiosqlite:///data/handrail.db", description="SQLAlchemy address of the database."
    )


class WebSettings(Branch):
    """The private pages, the health endpoint and the metrics."""

    base_url: PagesAddress | None = Field(None, description="The address people open the private pages by.")
    host: str = Field("127.0.0.1", description="The address the private pages listen on.")
    port: int = Field(8080, ge=0, le=65535, description="The port the private pages listen on.")


class SecuritySettings(Branch):
    """Encryption at rest."""

    keys: SecretStr | None = Field(None, description="Comma-separated keys of 32 random bytes in base64, newest first.")


class WatchSettings(Branch):
    """What notices that the bot is not well."""

    heartbeat_url: HeartbeatAddress | None = Field(
        None, description="An address outside that is asked for every minute while all is well."
    )
    stall_after: float = Field(
        30.0, ge=5, description="Seconds without a sign of life after which the watchdog pages by outside roads."
    )


class LogSettings(Branch):
    """Log lines: ids, states and durations, never words or names."""

    format: LogFormat = Field(LogFormat.CONSOLE, description="console or json.")
    level: Annotated[LogLevel, BeforeValidator(_upper)] = Field(
        LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR."
    )


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    discord: DiscordSettings = DiscordSettings()
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    security: SecuritySettings = SecuritySettings()
    watch: WatchSettings = WatchSettings()
    log: LogSettings = LogSettings()
    program: Path | None = Field(None, description="A programme file that is applied at every start.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings passes it
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # not used on purpose
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then ``.env``; no folder of secret files."""
        return init_settings, env_settings, dotenv_settings


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the tree from the environment and ``env_file``.

    Raises:
        SettingsError: one sentence a wrong value, each naming its variable and never the value.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from None
    except PydanticSettingsError as error:
        branch = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "?")
        raise SettingsError(
            f"{PREFIX}{branch.upper()} is a branch, no setting: set {PREFIX}{branch.upper()}__…."
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{env_file} is not a text in UTF-8: write it anew as plain text.") from None


def token_of(settings: Settings) -> str:
    """The bot's token.

    Raises:
        SettingsError: where none is set.
    """
    token = settings.discord.token.get_secret_value().strip() if settings.discord.token else ""
    if not token:
        raise SettingsError(
            "HANDRAIL_DISCORD__TOKEN is not set: copy the bot's token from your application's page on Discord "
            "into it, or try everything without Discord by `make demo`."
        )
    return token


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """One sentence for each ``HANDRAIL_`` variable that no setting reads: most likely a slip of the pen."""
    environment = os.environ if environment is None else environment
    known = set(variables())
    unknown = sorted(name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in known)
    return [f"{name} is no setting of Handrail{_nearest(name.upper(), known)}" for name in unknown]


def variables() -> Iterator[str]:
    """The names of all settings, as the environment spells them."""
    for name, field in Settings.model_fields.items():
        branch = field.annotation
        if isinstance(branch, type) and issubclass(branch, Branch):
            yield from (f"{PREFIX}{name}__{leaf}".upper() for leaf in branch.model_fields)
        else:
            yield f"{PREFIX}{name}".upper()


def _nearest(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else "."


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        name = PREFIX + "__".join(str(part) for part in problem["loc"]).upper()
        if problem["type"] == "extra_forbidden":
            yield f"{name} is no setting of Handrail{_nearest(name, set(variables()))}"
            continue
        said = problem["msg"].removeprefix("Value error, ")
        yield f"{name} cannot be used: {said[:1].lower()}{said[1:].rstrip('.')}."
