"""The rules of each group: their versions, and who accepted which."""
