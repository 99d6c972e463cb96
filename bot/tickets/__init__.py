"""Tickets: what a member asks of staff, in a private thread, or by direct message where no thread can be had."""
