"""Harvest sources, keep what they publish, index it. See docs/architecture.md."""
