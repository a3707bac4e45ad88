"""What a project's own files say of it: the neighbours of hints.py, their only door."""
