"""Anonymous shares: looked at by staff first, posted by the bot, their author sealed."""
