"""The programme file: read, planned against the server, applied."""
