"""Tests of bot.timing: both DST nights, in zones of every kind, held against plain zoneinfo and dateutil."""
