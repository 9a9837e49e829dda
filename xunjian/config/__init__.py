"""Configurations: read, redacted, turned into a tree, compared, rated, approved.

Each stage is a pure function from typed input to typed output; `model` holds the types between.
"""
