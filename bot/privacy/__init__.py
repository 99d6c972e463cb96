"""What is kept of a person: shown, exported and erased."""
