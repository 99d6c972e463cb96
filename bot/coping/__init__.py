"""A coping skill a day, and one on demand."""
