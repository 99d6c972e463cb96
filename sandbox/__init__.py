"""A Discord-compatible server on loopback, with a web page to be every person in the house."""

from sandbox.clock import SandboxClock
from sandbox.errors import Refused
from sandbox.server import Sandbox

__all__ = ["Refused", "Sandbox", "SandboxClock"]
