"""The public catalogue: one Flask application, served live or written to files by build.py.

Nothing is imported here: commands that print what a page shows take presentation.py without Flask.
"""
