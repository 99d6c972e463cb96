"""The outbox: everything the bot says unasked passes here, once, durably."""
