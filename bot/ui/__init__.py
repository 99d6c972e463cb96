"""What people see on Discord: safe views, modals, buttons, and the cards."""
