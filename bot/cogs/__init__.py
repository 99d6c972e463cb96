"""Discord's doors, one file a feature: parse, call one service, render."""
