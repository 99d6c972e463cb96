"""The tests mirror bot/; harness/ speaks Discord and time; meta/ holds the house rules."""
