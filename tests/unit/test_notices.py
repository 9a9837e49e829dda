"""Notices on services of this machine: what arrives, once, without secrets, and what does not."""

import base64
import email
import email.policy
import hashlib
import hmac
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.sinks import HttpSink, MailSink, http_sink, mail_sink
from tests.run_samples import FACTS, START, plan, playbook, result, start
from xunjian.checks.model import Finding, Verdict, finding_id
from xunjian.language import Language, Text
from xunjian.notify.message import Message, render
from xunjian.notify.post import Desk, Post, Summary
from xunjian.notify.senders import open_way, send
from xunjian.notify.texts import Source
from xunjian.notify.watch import Watch
from xunjian.playbook.model import NotifySettings
from xunjian.run.events import Silence
from xunjian.run.model import DeviceResult, Outcome, RunRecord, RunState
from xunjian.secrets import Secret, SecretRef, SecretSource, resolve_secret
from xunjian.settings import Address
from xunjian.store import open_store
from xunjian.store.store import Store

CANARY = "canary7f3a9b1c5d"
MESSAGE = Message(
    title=Text("【巡检】风扇故障", "[xunjian] fan"),
    lines=(Text("一行", "a line"),),
    foot=(Text("末行", "foot"),),
)


@pytest.fixture
def http() -> Iterator[HttpSink]:
    with http_sink() as sink:
        yield sink


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "state", facts=FACTS)


@pytest.fixture
def robots(http: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two robots, their hosts moved to loopback."""
    from xunjian.notify.robots import DingTalk, WeComBot

    base = f"http://127.0.0.1:{http.port}"
    monkeypatch.setattr(DingTalk, "notify_url", f"{base}/robot/send?access_token={{token}}")
    monkeypatch.setattr(WeComBot, "notify_url", f"{base}/cgi-bin/webhook/send?key={{key}}")


def sent(url: str, message: Message = MESSAGE, language: Language = Language.ZH) -> str:
    way = open_way(Secret(url))
    return "bad_url" if way is None else way(message, language)


def address(name: str = "DUTY_URL") -> Address:
    return Address(url=SecretRef(source=SecretSource.ENV, name=name))


def resolve(ref: SecretRef) -> Secret:
    return resolve_secret(ref, Path())


# --- services ---


def test_a_webhook_takes_the_message(http: HttpSink) -> None:
    assert sent(f"json://127.0.0.1:{http.port}/hook") == ""
    one = http.taken[0]
    assert (one.path, one.body["title"], one.body["message"]) == (
        "/hook", "【巡检】风扇故障", "一行\n末行",
    )  # fmt: skip
    assert "github" not in str(one.body).lower()  # nothing of the library's own links


def test_a_mail_arrives_whole(mail: MailSink) -> None:
    url = f"mailto://127.0.0.1:{mail.port}?from=xj@example.com&to=duty@example.com&mode=insecure"
    hostile = replace(MESSAGE, lines=(Text("口 <script>alert(1)</script> & <b>x</b>"),))
    assert sent(url, hostile) == ""
    read = email.message_from_bytes(mail.mails[0], policy=email.policy.default)
    assert read["Subject"] == "【巡检】风扇故障"
    assert "duty@example.com" in read["To"]
    pages = [part.get_content() for part in read.walk() if part.get_content_type() == "text/html"]
    assert all("<script" not in page for page in pages)
    assert "口" in str([part.get_content() for part in read.walk() if not part.is_multipart()])


@pytest.mark.usefixtures("robots")
def test_dingtalk_signature_is_encoded_once(http: HttpSink) -> None:
    secret = "SEC0123456789abcdef"
    for _ in range(8):  # of 8 signatures one has `+`, `/` or `=` for certain: all end in `=`
        assert sent(f"dingtalk://{secret}@{CANARY}/") == ""
    for one in http.taken:
        assert one.path == "/robot/send"
        assert one.query["access_token"] == CANARY
        text = f"{one.query['timestamp']}\n{secret}".encode()
        right = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
        assert one.query["sign"] == right  # decoded once, as the server does
        assert "%25" not in one.raw_query
        assert one.body["msgtype"] == "text"
        assert one.body["text"]["content"] == "【巡检】风扇故障\n一行\n末行"
        assert one.body["at"]["isAtAll"] is False


def test_apprise_itself_still_encodes_it_twice() -> None:
    """The reason for our own request; when this fails, theirs can be used."""
    from apprise.plugins.dingtalk import NotifyDingTalk

    robot: Any = NotifyDingTalk
    timestamp, signature = robot(token=CANARY, secret="SECabc").get_signature()
    assert timestamp.isdigit()
    assert "%3D" in signature  # quoted here, and again by requests


@pytest.mark.usefixtures("robots")
def test_wechat_work_takes_text(http: HttpSink) -> None:
    assert sent(f"wecombot://{CANARY}") == ""
    one = http.taken[0]
    assert (one.path, one.query) == ("/cgi-bin/webhook/send", {"key": CANARY})
    assert one.body["msgtype"] == "text"
    assert "【巡检】风扇故障" in one.body["text"]["content"]
    assert "一行\n末行" in one.body["text"]["content"]


@pytest.mark.usefixtures("robots")
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, '{"errcode": 310000, "errmsg": "sign not match"}'), "errcode_310000"),
        ((200, "<html>portal</html>"), "not_delivered"),
        ((200, "[]"), "not_delivered"),
        ((403, "{}"), "http_403"),
        ((302, "{}"), "http_302"),
    ],
)
@pytest.mark.parametrize("scheme", ["dingtalk", "wecombot"])
def test_a_refusal_is_no_delivery(
    http: HttpSink, answer: tuple[int, str], why: str, scheme: str
) -> None:
    http.answers = [answer]
    assert sent(f"{scheme}://{CANARY}") == why


@pytest.mark.usefixtures("robots")
def test_a_long_message_is_cut_to_the_bytes_a_service_takes(http: HttpSink) -> None:
    long = replace(MESSAGE, lines=tuple(Text(f"第{n}行" + "巡检" * 60) for n in range(200)))
    assert sent(f"wecombot://{CANARY}", long) == ""
    text = http.taken[0].body["text"]["content"]
    assert len(text.encode()) <= 2048
    assert text.endswith("末行")
    assert "……另有" in text
    assert sent(f"dingtalk://{CANARY}", long) == ""
    assert http.taken[1].size <= 20_000
    assert http.taken[1].body["text"]["content"].count("\n") <= 23


@pytest.mark.parametrize("url", ["", "nonsense", f"dingtalk://{CANARY}!!@??/", "json://", "x://y"])
def test_an_address_nobody_understands(url: str) -> None:
    assert sent(url) == "bad_url"


def test_markup_of_a_device_is_not_markup_of_a_message(http: HttpSink) -> None:
    name = "sw1](http://198.51.100.9/x)**b**\u202e\x1b[31m\n# 标题 <@all>"
    title, body = render(replace(MESSAGE, lines=(Text(name),)), Language.ZH, 9999)
    assert title == "【巡检】风扇故障"
    assert len(body.splitlines()) == 2  # a device starts no line of its own
    assert not {"\u202e", "\x1b"} & set(body)
    assert sent(f"json://127.0.0.1:{http.port}/?format=markdown", replace(MESSAGE, lines=(Text(name),))) == ""  # fmt: skip
    text = http.taken[0].body["message"]
    assert "](http" not in text
    assert "**b**" not in text


# --- the stream of findings ---


def bad(device: str, subject: str = "-", level: str = "I", **more: object) -> Finding:
    fields: dict[str, object] = {
        "id": finding_id(device, "fan.state", subject), "check": "fan.state", "task": "fan",
        "device": device, "subject": subject, "verdict": Verdict.ABNORMAL, "level": level,
        "title": Text("风扇", "fan"), "value": 91.5, "unit": "%", "standard": Text("≤ 80%", "≤ 80%"),
        "message": Text("使用率过高", "too high"), "advice": Text("更换", "replace it"),
        "evidence_ids": (f"{device}#001",),
    }  # fmt: skip
    return Finding(**{**fields, **more})  # type: ignore[arg-type]


def good(device: str) -> Finding:
    return bad(device, verdict=Verdict.NORMAL, level="")


def outcome(*findings: Finding) -> tuple[Outcome, ...]:
    return (Outcome(device=findings[0].device, task="fan", reached=True, findings=findings),)


@pytest.fixture
def hook(http: HttpSink, monkeypatch: pytest.MonkeyPatch) -> HttpSink:
    monkeypatch.setenv("DUTY_URL", f"json://127.0.0.1:{http.port}/{CANARY}")
    return http


def desk(store: Store, **more: object) -> Desk:
    return replace(
        Desk(
            recipients={"duty": (address(),)}, language=Language.ZH, resolve=resolve,
            book=store.notices, gather_s=0.0, quiet_s=0.0,
        ),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def told(given: Desk, *devices: tuple[Outcome, ...], run_id: str = "") -> Summary:
    source = Source(title=Text("日常巡检", "Daily round"), run_id=run_id)
    post = Post(given, source, ("level_i", "level_ii"))
    for outcomes in devices:
        post.device(result(outcomes[0].device), outcomes)
    return post.close(30)


def test_a_finding_is_told_with_all_that_matters(hook: HttpSink, store: Store) -> None:
    run_id = store.begin_run(plan("sw1"), start("sw1"))
    summary = told(desk(store), outcome(bad("sw1", "slot1")), run_id=run_id)
    assert (summary.sent, summary.failed) == (1, {})
    text = hook.texts[0]
    for part in ("I 级 1 条", "sw1（sw1 交换机）", "风扇 [slot1]", "91.5%", "≤ 80%", "更换", "日常巡检",
                 run_id, "发现", finding_id("sw1", "fan.state", "slot1")):  # fmt: skip
        assert part in text, part


def test_in_english_where_the_address_says_so(hook: HttpSink, store: Store) -> None:
    ways = {"duty": (replace(address(), language=Language.EN),)}
    names = {"sw1 交换机": "switch one"}
    told(desk(store, recipients=ways, names=names), outcome(bad("sw1")))
    text = hook.texts[0]
    assert "level I abnormal sw1 (switch one)" in text
    assert "交换机" not in text
    assert "limit: ≤ 80%" in text
    assert "标准" not in text


def test_many_at_once_are_one_message(hook: HttpSink, store: Store) -> None:
    many = [outcome(bad(f"sw{n}", level="II")) for n in range(500)]
    summary = told(desk(store, gather_s=5.0), *many, outcome(bad("core", level="I")))
    assert summary.sent == 1
    body = hook.taken[0].body
    assert "I 级 1 条、II 级 500 条" in body["title"]
    lines = body["message"].splitlines()
    assert lines[0].startswith("I 级异常 core")  # the worst first
    assert lines[20] == "……另有 481 条"
    assert len(lines) == 22


def test_once_per_finding_until_it_is_over(hook: HttpSink, store: Store) -> None:
    def count(*devices: tuple[Outcome, ...]) -> int:
        before = len(hook.taken)
        told(desk(store), *devices)
        return len(hook.taken) - before

    assert count(outcome(bad("sw1", level="II"))) == 1
    assert count(outcome(bad("sw1", level="II"))) == 0  # persists: another run, another process
    assert count(outcome(bad("sw1", level="I"))) == 1  # worse
    assert count(outcome(bad("sw1", level="II"))) == 0
    unknown = bad("sw1", verdict=Verdict.UNKNOWN, level="")
    assert count(outcome(unknown)) == 0
    assert count(outcome(bad("sw1", level="I"))) == 0  # not read is not over
    assert count(outcome(good("sw1"))) == 0
    assert count(outcome(bad("sw1", level="I"))) == 1
    assert "再次出现" in hook.texts[-1]


def test_a_row_that_went_away_is_over(hook: HttpSink, store: Store) -> None:
    told(desk(store), outcome(bad("sw1", "slot2")))
    told(desk(store), outcome(bad("sw1", "slot1", verdict=Verdict.NORMAL, level="")))
    told(desk(store), outcome(bad("sw1", "slot2")))
    assert len(hook.taken) == 2


def test_levels_that_nobody_asked_for_are_not_told(hook: HttpSink, store: Store) -> None:
    summary = told(desk(store), outcome(bad("sw1", level="III"), bad("sw1", "b", level="")))
    assert (summary.sent, hook.taken) == (0, [])


def test_a_message_goes_out_while_the_round_goes_on(hook: HttpSink, store: Store) -> None:
    post = Post(desk(store), Source(title=Text("日常")), ("level_i",))
    post.device(result("sw1"), outcome(bad("sw1")))
    waited = threading.Event()
    for _ in range(200):
        if hook.taken:
            break
        waited.wait(0.05)
    assert len(hook.taken) == 1  # the round is not over
    post.close(30)


def test_what_is_gone_when_measured_again_is_not_told(hook: HttpSink, store: Store) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def again(device: DeviceResult, tasks: tuple[str, ...]) -> Mapping[str, Finding]:
        asked.append((device.name, tasks))
        if device.name == "sw4":
            raise RuntimeError(CANARY)
        now = {
            "sw1": [good("sw1")],
            "sw2": [bad("sw2")],
            "sw5": [bad("sw5", verdict=Verdict.NOT_APPLICABLE, level="")],
            "sw6": [good("sw6"), bad("sw6", "another row")],
        }
        return {one.id: one for one in now.get(device.name, ())}

    names = ("sw1", "sw2", "sw3", "sw4", "sw5", "sw6")
    given = desk(store, measure_again=again, gather_s=5.0)
    summary = told(given, *(outcome(bad(name)) for name in names))
    assert asked == [(name, ("fan",)) for name in names]
    assert (summary.gone, summary.sent) == (1, 1)
    lines = {line.split("（")[0][-3:]: line for line in hook.taken[0].body["message"].splitlines()}
    assert "sw1" not in lines
    assert "复测仍如此" in lines["sw2"]
    unclear = [lines[name] for name in ("sw3", "sw4", "sw5", "sw6")]  # told all the same
    assert not [line for line in unclear if "复测" in line]
    assert told(given, outcome(bad("sw2"))).sent == 0
    assert len(asked) == 6  # nor measured again: it was told


def test_many_bad_devices_are_not_measured_again(hook: HttpSink, store: Store) -> None:
    given = desk(store, gather_s=5.0, measure_again=lambda *_: pytest.fail("measured again"))
    assert told(given, *(outcome(bad(f"sw{n}")) for n in range(9))).sent == 1
    assert "I 级 9 条" in hook.taken[0].body["title"]


# --- trouble ---


def test_a_service_that_fails_once_is_asked_again(hook: HttpSink, store: Store) -> None:
    hook.answers = [(500, ""), (200, "")]
    summary = told(desk(store), outcome(bad("sw1")))
    assert (summary.sent, summary.failed, len(hook.taken)) == (1, {}, 2)


def test_what_was_not_delivered_is_kept_and_tried_by_the_next_run(
    hook: HttpSink, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xunjian.notify.senders.WAITS_S", (0.0, 0.0))
    hook.answers = [(500, "")]
    summary = told(desk(store), outcome(bad("sw1")))
    assert (summary.sent, summary.failed) == (0, {("duty", "not_delivered"): 1})
    kept = store.notices.listed()[0]
    assert (kept.state, kept.reason, kept.recipient) == ("failed", "not_delivered", "duty")
    hook.answers = [(200, "")]
    assert told(desk(store), outcome(bad("sw1"))).sent == 1


def test_one_address_of_two_is_enough_and_the_other_is_told_of(
    hook: HttpSink, store: Store
) -> None:
    ways = {"duty": (address("NOT_SET_ANYWHERE"), address())}
    summary = told(desk(store, recipients=ways), outcome(bad("sw1")))
    assert (summary.sent, summary.failed) == (1, {("duty", "no_secret"): 1})
    assert len(hook.taken) == 1


def test_dead_addresses_hold_no_other_up(
    hook: HttpSink, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six addresses whose service hangs stand before the one of the duty."""
    with http_sink() as dead:
        dead.hold.clear()
        monkeypatch.setenv("DEAD_URL", f"json://127.0.0.1:{dead.port}/")
        ways: dict[str, tuple[Address, ...]] = {}
        ways |= {f"gone{n}": (address("DEAD_URL"),) for n in range(5)}
        ways["both"] = (address("DEAD_URL"), address())
        post = Post(
            desk(store, recipients={**ways, "duty": (address(),)}),
            Source(title=Text("日常")),
            ("level_i",),
        )
        post.device(result("sw1"), outcome(bad("sw1")))
        waited, subject = threading.Event(), bad("sw1").id
        for _ in range(80):  # less than a dead address takes
            if ("level_i", "duty") in store.notices.events(subject):
                break
            waited.wait(0.05)
        assert store.notices.events(subject) == {("level_i", "duty")}
        assert len(hook.taken) == 2
        dead.hold.set()
        summary = post.close(30)
    assert (summary.sent, summary.failed) == (7, {})


def test_a_service_that_hangs_holds_nothing_up(hook: HttpSink, store: Store) -> None:
    hook.hold.clear()
    post = Post(desk(store), Source(title=Text("日常")), ("level_i",))
    for number in range(3000):  # more than the queue has room for
        post.device(result(f"sw{number}"), outcome(bad(f"sw{number}")))
    summary = post.close(0.2)
    assert summary.failed[("-", "not_in_time")] == 1
    hook.hold.set()


def test_what_the_queue_had_no_room_for_is_told_at_the_end(
    hook: HttpSink, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xunjian.notify.post.MOST_WAITING", 2)
    book = replace(playbook(), notify=NotifySettings(on=("level_i",), to=("duty",)))
    watch = Watch(desk(store, gather_s=60.0), book, Silence())
    names = [f"sw{n}" for n in range(50)]
    for name in names:
        watch.device_done(result(name), outcome(bad(name)))
    watch.run_done(record(tuple(o for name in names for o in outcome(bad(name))), names))
    summary = watch.close(30)
    assert summary.failed == {}
    assert sum(row.kind == "finding" for row in store.notices.listed(500)) == 50


def test_nobody_to_tell_is_counted(store: Store) -> None:
    summary = told(desk(store, recipients={}, nobody=("duty",)), outcome(bad("sw1")))
    assert (summary.sent, summary.untold) == (0, 1)


# --- the end of a round ---


def record(outcomes: tuple[Outcome, ...], names: list[str], **more: object) -> RunRecord:
    fields: dict[str, object] = {
        "run_id": "R1", "number": "XJ-202611-001", "playbook": "daily", "title": Text("日常巡检"),
        "occasion": "routine", "state": RunState.FINISHED, "started_at": START, "ended_at": START,
        "planned": len(outcomes), "outcomes": outcomes, "left_out": (),
        "devices": tuple(result(name) for name in names), "exit_code": 1,
    }  # fmt: skip
    return RunRecord(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "more", "title"),
    [
        (("finished",), {}, "【巡检】巡检完成：日常巡检"),
        (("finished",), {"exit_code": 3}, "【巡检】巡检不完整：日常巡检"),
        (("failed",), {"state": RunState.INTERRUPTED}, "【巡检】巡检被中断：日常巡检"),
        (("failed",), {}, ""),
        (("missed",), {}, ""),
    ],
)
def test_the_end_of_a_round(
    hook: HttpSink, store: Store, on: tuple[str, ...], more: Mapping[str, object], title: str
) -> None:
    book = replace(playbook(), notify=NotifySettings(on=on, to=("duty",)))
    watch = Watch(desk(store), book, Silence())
    watch.run_done(record(outcome(good("sw1")), ["sw1"], **more))
    watch.close(30)
    assert [one.body["title"] for one in hook.taken] == ([title] if title else [])
    if title:
        assert "到达 1/1 台；正常 1" in hook.taken[0].body["message"]
        assert "XJ-202611-001" in hook.taken[0].body["message"]


# --- secrets ---


@pytest.mark.parametrize(
    "url",
    [
        "json://user:{c}@127.0.0.1:{port}/{c}?+X-Token={c}",
        "json://127.0.0.1:1/{c}",
        "dingtalk://{c}@{c}",
        "dingtalk://{c}!@{c}?",
        "wecombot://{c}",
        "wecombot://{c}$$",
        "mailto://u:{c}@127.0.0.1:1?from=a@b.example&to=c@d.example&mode=insecure",
        "slack://{c}",
        "{c}",
    ],
)
@pytest.mark.usefixtures("robots")
def test_no_part_of_an_address_is_ever_shown(  # noqa: PLR0917 - fixtures
    hook: HttpSink,
    store: Store,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("xunjian.notify.senders.TRIES", 1)
    monkeypatch.setenv("DUTY_URL", url.format(c=CANARY, port=hook.port))
    hook.answers = [(500, f'{{"errcode": 1, "errmsg": "{CANARY}"}}')]
    summary = told(desk(store), outcome(bad("sw1")))
    assert summary.sent == 0
    store.close()
    said = capsys.readouterr()
    stored = b"".join(p.read_bytes() for p in (tmp_path / "state").rglob("*") if p.is_file())
    for text in (caplog.text, said.out, said.err, repr(summary), stored.decode("latin-1")):
        assert CANARY not in text


def test_no_time_is_left_for_another_try(http: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    http.answers = [(500, "")]
    monkeypatch.setenv("DUTY_URL", f"json://127.0.0.1:{http.port}/")
    hurry: Callable[[float], bool] = lambda _: True  # noqa: E731
    jobs = [(address(), MESSAGE)]
    assert list(send(jobs, Language.ZH, resolve, hurry)) == [(0, "not_delivered")]
    assert len(http.taken) == 1
