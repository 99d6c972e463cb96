"""Handrail: support between sessions, on Discord."""
