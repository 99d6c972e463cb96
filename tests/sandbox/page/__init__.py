"""The page on which one may be everybody: what it shows to whom, and what it does in a browser."""
