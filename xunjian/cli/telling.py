"""Notices around the commands that make rounds, and what became of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from xunjian.calendar.model import Round, RoundState
from xunjian.cli.naming import names_of
from xunjian.cli.output import Output
from xunjian.errors import XunjianError
from xunjian.language import Text, counted
from xunjian.playbook import find_playbook, load_playbook
from xunjian.playbook.model import NotifySettings
from xunjian.run.content import Content
from xunjian.run.events import Events

if TYPE_CHECKING:
    from xunjian.notify.message import Message
    from xunjian.notify.post import Desk, Post, Summary
    from xunjian.run.execute import RunOrder
    from xunjian.store.notices import Told

CLOSE_S = 45.0
HURRY_S = 2.0  # after an interruption from the keyboard
_EVENTS = {RoundState.MISSED: "missed", RoundState.OVERDUE: "overdue"}


@contextmanager
def attended(
    content: Content, output: Output, order: "RunOrder", events: Events
) -> Iterator[Events]:
    """Give the listener that a run is carried out with: `events`, and people besides."""
    playbook = order.playbook
    if not playbook.notify.on or not playbook.notify.to:
        yield events
        return
    from xunjian.notify.watch import Watch
    from xunjian.run.again import SecondLook

    desk = _desk(content, output, playbook.notify.to)
    if desk.recipients:
        desk = replace(desk, measure_again=SecondLook(order=order, store=content.store))
    watch, patience_s = Watch(desk, playbook, events), CLOSE_S
    try:
        yield watch
    except XunjianError as error:
        watch.broke_off(error.message)
        raise
    except BaseException:
        patience_s = HURRY_S
        raise
    finally:
        _say(output, watch.close(patience_s), desk.nobody)


def tell_rounds(content: Content, output: Output, rounds: Sequence[Round]) -> None:
    """Tell of rounds that are overdue or missed, each once to each recipient."""
    late: dict[str, list[tuple[Round, str]]] = {}
    for one in rounds:
        event, notify = _EVENTS.get(one.state, ""), _notify_of(content, one)
        if event and event in notify.on:
            told = content.store.notices.events(one.id)
            for name in notify.to:
                if (event, name) not in told:
                    late.setdefault(name, []).append((one, event))
    if not late:
        return
    from xunjian.notify import texts
    from xunjian.store.notices import Told

    begun = []
    for name, new in late.items():
        message = texts.rounds_late([one for one, _ in new], _now())
        rows = [Told(kind="round", subject=o.id, event=e, recipient="") for o, e in new]
        begun.append(_begin(content, output, (name,), message, rows))
    for post, desk in begun:  # each has a thread of its own
        _end(output, post, desk)


def tell_failed(content: Content, output: Output, one: Round, error: XunjianError) -> None:
    """Tell of a round of the calendar that could not be begun."""
    notify = _notify_of(content, one)
    if not notify.to or not {"failed", "finished"} & set(notify.on):
        return
    from xunjian.notify import texts
    from xunjian.store.notices import Told

    message = texts.round_failed(
        texts.Source(title=one.title, run_id=one.id), error.message, _now()
    )
    told = Told(kind="round", subject=one.id, event="failed", recipient="")
    _deliver(content, output, notify.to, message, [told])


def deliver_test(content: Content, output: Output, name: str) -> "Summary":
    """Send a test message to one recipient."""
    from xunjian.notify import texts
    from xunjian.store.notices import Told

    told = Told(kind="test", subject=name, event="test", recipient="")
    return _deliver(content, output, (name,), texts.test_message(_now()), [told])


def _deliver(
    content: Content,
    output: Output,
    names: Sequence[str],
    message: "Message",
    told: "Sequence[Told]",
) -> "Summary":
    return _end(output, *_begin(content, output, names, message, told))


def _begin(
    content: Content,
    output: Output,
    names: Sequence[str],
    message: "Message",
    told: "Sequence[Told]",
) -> "tuple[Post, Desk]":
    from xunjian.notify.post import Post
    from xunjian.notify.texts import Source

    desk = _desk(content, output, names)
    post = Post(desk, Source(title=message.title))
    post.letter(message, told)
    return post, desk


def _end(output: Output, post: "Post", desk: "Desk") -> "Summary":
    summary = post.close(CLOSE_S)
    _say(output, summary, desk.nobody)
    return summary


def _desk(content: Content, output: Output, names: Sequence[str]) -> "Desk":
    from xunjian.notify.post import Desk

    known = content.settings.notify
    return Desk(
        recipients={name: known[name] for name in names if name in known},
        nobody=tuple(name for name in names if name not in known),
        language=output.language,
        resolve=content.resolve,
        book=content.store.notices,
        names=names_of(content),
    )


def _notify_of(content: Content, one: Round) -> NotifySettings:
    """What a round's playbook wants told; nothing where it cannot be read: `lint` says why."""
    try:
        return load_playbook(find_playbook(content.workspace, one.playbook)).notify
    except XunjianError:
        return NotifySettings()


def _now() -> datetime:
    return datetime.now(tz=UTC).astimezone()


def _say(output: Output, summary: "Summary", nobody: Sequence[str]) -> None:
    """Say what was sent, what was not and why, and who is missing; silent where nothing was."""
    from xunjian.notify.texts import reason

    if summary.sent:
        output.say(Text(f"发出 {summary.sent} 条通知", f"{counted(summary.sent, 'notice')} sent"))
    for (name, code), count in summary.failed.items():
        why = reason(code)
        output.say(
            Text(
                f"通知没有送到 {name}：{why.zh}（{count} 次）；xunjian notices 看记录",
                f"a notice did not reach {name}: {why.en} ({count}); see xunjian notices",
            )
        )
    if summary.gone:
        output.say(
            Text(
                f"{summary.gone} 条问题复测后已恢复，没有通知",
                f"{counted(summary.gone, 'finding')} gone when measured again: nobody was told",
            )
        )
    if nobody and (summary.untold or summary.sent or summary.failed):
        names = ", ".join(nobody)
        output.say(
            Text(
                f"没有设收件人 {names}，未通知；写在 xunjian.yml 的 notify",
                f"nobody was told: no recipient {names} under `notify` in xunjian.yml",
            )
        )
