"""The shape of what goes over the wire: Discord's JSON objects, decoded."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""One JSON object. Its keys are Discord's; nothing inside the sandbox keeps state in one, but for embeds and
components, which Discord itself stores as they were sent."""
