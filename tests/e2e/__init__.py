"""The bot as a process of its own, over a real connection, on a clock that nobody moves."""
