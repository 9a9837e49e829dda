"""The small expression language of cards, `--where` and playbooks (`docs/write-a-card.md`)."""


class Expression:
    """A compiled expression. (Placeholder until `compile` lands beside it.)"""
