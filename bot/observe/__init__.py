"""Structured logs without content, metrics, health."""
