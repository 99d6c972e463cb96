"""A Discord-compatible server on loopback, with a web page to be every person in the house."""
