"""Discord's gateway, version 10: sessions, shards, intents, and what each connection is told."""
