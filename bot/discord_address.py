"""The one place that says where Discord is: itself, an API proxy, or the sandbox.

discord.py takes the REST address from a class attribute, and the gateway's from ``GET /gateway/bot``; a session that
cannot resume falls back to another class attribute. Both are set here, from one setting, before anything logs in.
"""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.errors import DiscordAwayError, DiscordSetupError
from bot.observe.logs import get_logger
from config.settings import DISCORD_API

log = get_logger(__name__)

_GATEWAY = yarl.URL("wss://gateway.discord.gg/")
_AUTHENTICATION_FAILED = 4004
"""The gateway's close code for a token that counts no more."""
_REFUSED = "Discord refuses the token in HANDRAIL_DISCORD__TOKEN: copy it anew from the application's page."


async def use_address(api_base: str) -> None:
    """Have every discord.py client of this process talk to ``api_base``."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing here speaks
    Route.BASE = api_base
    DiscordWebSocket.DEFAULT_GATEWAY = _GATEWAY if api_base == DISCORD_API else await _ask_for_gateway(api_base)


async def log_in(client: discord.Client, token: str, api_base: str) -> None:
    """Log in over REST.

    Raises:
        DiscordSetupError: where Discord refuses the token.
        DiscordAwayError: where it does not answer.
    """
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise DiscordSetupError(_REFUSED) from None
    except discord.HTTPException as error:
        raise DiscordAwayError(f"Discord did not answer as it should (HTTP {error.status}): try again.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise DiscordAwayError(
            f"Discord cannot be reached at {api_base} ({type(error).__name__}): "
            "look at the network, or at HANDRAIL_DISCORD__API_BASE."
        ) from error


async def log_in_at_last(
    client: discord.Client,
    token: str,
    api_base: str,
    *,
    may_wait: Callable[[DiscordSetupError], Awaitable[bool]],
    again: float,
) -> None:
    """Log in, trying ``again`` (seconds) after each failure for as long as ``may_wait`` says so.

    Raises:
        DiscordSetupError: as ``log_in``.
    """
    while True:
        try:
            await log_in(client, token, api_base)
        except DiscordSetupError as obstacle:
            if not await may_wait(obstacle):
                raise
            log.error("discord.not_logged_in", obstacle=str(obstacle))  # noqa: TRY400  # the sentence says it all
            # discord.py makes a session at each login, and forgets the one before.
            await client.http.close()
            client.http.connector = discord.utils.MISSING
            await asyncio.sleep(again)
        else:
            return


async def stay_on(client: discord.Client, under_way: Callable[[], Awaitable[object | None]], again: float) -> None:
    """Be connected to the gateway until ``client`` is closed.

    A token that counts no more ends that for good. While anything is ``under_way``, looked at every ``again`` seconds,
    we go on without Discord all the same: pages still go by outside roads.

    Raises:
        DiscordSetupError: where the token is refused.
        discord.ConnectionClosed, discord.PrivilegedIntentsRequired: as discord.py does.
    """
    try:
        await client.connect()
    except discord.ConnectionClosed as closed:
        if closed.code != _AUTHENTICATION_FAILED:
            raise
        log.error("discord.token_refused", do="copy it anew, and start again")  # noqa: TRY400  # the sentence says it
        while await under_way() is not None:  # noqa: ASYNC110  # it stands in the database, which tells nobody
            await asyncio.sleep(again)
        raise DiscordSetupError(_REFUSED) from None


async def _ask_for_gateway(api_base: str) -> yarl.URL:
    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{api_base}/gateway") as answer:
            return yarl.URL((await answer.json(content_type=None))["url"])
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError) as error:
        # Only the fallback of a lost session hangs on it; the first connection asks anew, and says so if that fails.
        log.warning("discord.no_gateway_address", error=type(error).__name__)
        return _GATEWAY
