"""The real discord.py client against the sandbox."""
