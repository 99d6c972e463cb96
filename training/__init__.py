"""Training and measuring the crisis detector. A tool for developers; the bot never imports it."""
