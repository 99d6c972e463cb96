"""``python -m bot doctor``: looks at everything Handrail needs, changes nothing, and says what to do about each gap."""
