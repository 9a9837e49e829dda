"""WHEN: playbooks, loaded and checked."""

from xunjian.playbook.load import Listed, find_playbook, list_playbooks, load_playbook
from xunjian.playbook.model import Occasion, Playbook

__all__ = ["Listed", "Occasion", "Playbook", "find_playbook", "list_playbooks", "load_playbook"]
