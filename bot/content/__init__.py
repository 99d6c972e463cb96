"""Loads, validates and renders what clinicians edit in config/content."""
