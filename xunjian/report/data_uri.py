"""Pictures inside a page."""

import base64

_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}


def picture(content: bytes) -> str:
    """Give a PNG or JPEG as a `data:` address; anything else is none."""
    kind = next((k for magic, k in _KINDS.items() if content.startswith(magic)), "")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}" if kind else ""
