"""What somebody left for a bad hour: a phone number, where they usually are, whom to call."""
