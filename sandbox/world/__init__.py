"""The state: who and what is there, and what happens to it. It tells of every change in Discord's events."""
