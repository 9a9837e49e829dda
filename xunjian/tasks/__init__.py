"""WHAT: cards, read from YAML and compiled."""
