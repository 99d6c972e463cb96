"""What tells that the bot is well, and what notices when it is not."""
