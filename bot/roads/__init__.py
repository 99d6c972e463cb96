"""The roads to a person's pocket that do not lead over Discord: telephone, e-mail, PagerDuty, ntfy, webhooks."""
