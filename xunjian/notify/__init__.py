"""Notices to people: findings while a round goes on, its end, and rounds that were not made."""
