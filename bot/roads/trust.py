"""What a road does where the far end cannot show that it is who it says: nothing goes out, and it is said loudly."""

import ssl

from bot.delivery.rules import Outcome
from bot.delivery.transport import RefusedForGoodError
from bot.observe.logs import get_logger

log = get_logger(__name__)


def is_distrust(error: BaseException | None) -> bool:
    """Whether ``error``, or what caused it, is a certificate that is not trusted: signed by nobody known, too old, or
    for another name.
    """
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__
    return False


def not_trusted(road: str, why: str) -> RefusedForGoodError:
    """The refusal to be raised, logged by the sort of ``road`` alone. The ladder's next step tries it anew."""
    log.error("roads.not_trusted", road=road, why=why)
    return RefusedForGoodError(Outcome.REFUSED)
