"""Incidents, the rota, the ladder, and the pages that climb it."""
