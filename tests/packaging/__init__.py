"""What is shipped: the wheel, the lock files, the Procfile."""
