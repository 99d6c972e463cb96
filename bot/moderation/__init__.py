"""Keeping a group safe to speak in: filters, the hold, reports and cases."""
