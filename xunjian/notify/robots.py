"""The group robots of DingTalk and WeChat Work: apprise's addresses, their requests made here.

apprise 2.2 quotes DingTalk's signature and hands it to requests, which quotes it once more: a
server that decodes once reads a wrong signature. And both services say "refused" with HTTP 200 and
an `errcode` in the body, which apprise takes for delivered.
"""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import requests
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.wecombot import NotifyWeComBot
from typing_extensions import override

# https://open.dingtalk.com/document/robots/customize-robot-security-settings: 20,000 bytes of body
DINGTALK_BYTES = 18_000
# https://developer.work.weixin.qq.com/document/path/91770: text.content at most 2,048 bytes
WECOM_BYTES = 2_000


class DingTalk(NotifyDingTalk):  # type: ignore[no-untyped-call]  # apprise's own hook
    """A robot whose signature is encoded once; `trouble` is why the last message failed."""

    most_bytes = DINGTALK_BYTES
    trouble = ""

    @override
    def get_signature(self) -> tuple[str, str]:
        """Sign as the robot's documentation says, left for the query to be encoded."""
        timestamp = str(round(time.time() * 1000))
        text = f"{timestamp}\n{self.secret}".encode()
        digest = hmac.new(str(self.secret).encode(), text, hashlib.sha256).digest()
        return timestamp, base64.b64encode(digest).decode()

    @override
    def send(self, body: str, title: str = "", *_: Any, **_more: Any) -> bool:
        """Send one text message."""
        params = {"access_token": str(self.token)}
        if self.secret:
            params["timestamp"], params["sign"] = self.get_signature()
        text = f"{title}\n{body}" if title else body
        at = {"atMobiles": self.targets, "isAtAll": False}
        payload = {"msgtype": "text", "at": at, "text": {"content": text}}
        self.trouble = _post(self, self.notify_url.partition("?")[0], params, payload)
        return not self.trouble


class WeComBot(NotifyWeComBot):  # type: ignore[no-untyped-call]  # apprise's own hook
    """A robot whose refusals are seen; `trouble` is why the last message failed."""

    most_bytes = WECOM_BYTES
    trouble = ""

    @override
    def send(self, body: str, title: str = "", *_: Any, **_more: Any) -> bool:
        """Send one text message."""
        text = f"{title}\n{body}" if title else body
        payload = {"msgtype": "text", "text": {"content": text}}
        url = self.notify_url.partition("?")[0]
        self.trouble = _post(self, url, {"key": str(self.key)}, payload)
        return not self.trouble


ROBOTS = {"dingtalk": DingTalk, "wecombot": WeComBot}


def _post(robot: Any, url: str, params: dict[str, str], payload: object) -> str:
    """Post a message; empty when it was taken, else why not."""
    try:
        answer = requests.post(
            url,
            params=params,
            data=json.dumps(payload, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            verify=robot.verify_certificate,
            timeout=robot.request_timeout,
            allow_redirects=False,
        )
    except requests.Timeout:
        return "timeout"
    except requests.RequestException:
        return "unreachable"
    if answer.status_code != requests.codes.ok:
        return f"http_{answer.status_code}"
    try:
        code = answer.json().get("errcode", 0)
    except (ValueError, AttributeError):
        return "not_delivered"  # a robot always answers with JSON
    return f"errcode_{int(code)}" if code else ""
