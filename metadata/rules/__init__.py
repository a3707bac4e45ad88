"""The rules of each profile, and the GAR's controls. The door is ../checks.py."""
