"""The doors of the private pages: each parses, calls one service and renders."""
