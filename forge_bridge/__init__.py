"""Listen to the commons forge, speak on it. See docs/architecture.md."""
