"""The `collect` part of a card: steps with their alternatives, every name resolved."""

from collections.abc import Mapping
from typing import Any

from xunjian.checks.model import Verdict
from xunjian.collect.questions import requests_of
from xunjian.facts import FACTS
from xunjian.inventory.registers import Register, register_of
from xunjian.language import Text
from xunjian.platforms import Platform
from xunjian.schema import KeyPath
from xunjian.tasks.card_file import QuestionFile, StepFile, StepKeys
from xunjian.tasks.columns import columns_of, named_columns, parsers_of
from xunjian.tasks.compile_map import Answer, compile_map
from xunjian.tasks.model import EvidenceClass, Question, Rows, Step, StepGroup
from xunjian.tasks.resolve import Card
from xunjian.transport.model import PROBES, Channel

ANY_PLATFORM = "*"
_FREE_CHANNELS = frozenset({Channel.SESSION, Channel.ICMP, Channel.MANUAL})
# key of the question -> channels that understand it
_QUESTION_CHANNELS: Mapping[str, frozenset[Channel]] = {
    "send": frozenset({Channel.CLI, Channel.SHELL, Channel.NUT, Channel.PJLINK}),
    "get": frozenset({Channel.HTTP, Channel.SNMP}),
    "walk": frozenset({Channel.SNMP}),
    "follow": frozenset({Channel.HTTP}),
    "probe": frozenset({Channel.ICMP, Channel.SIP}),
    "registers": frozenset({Channel.MODBUS}),
    "ask": frozenset({Channel.MANUAL}),
}


def compile_collect(
    card: Card, collect: Mapping[str, list[StepFile]]
) -> dict[str, tuple[StepGroup, ...]]:
    """Compile all steps, by the platform's own name."""
    found: dict[str, tuple[StepGroup, ...]] = {}
    for name, steps in collect.items():
        platform = card.platforms.get(name)
        if platform is None and name in card.platforms.layers:
            continue  # its file is broken: that is said once, there
        if platform is None and name != ANY_PLATFORM:
            unknown_platform(card, name)
            continue
        groups = [
            compile_step(card, ("collect", name, n), step, platform) for n, step in enumerate(steps)
        ]
        key = platform.name if platform else ANY_PLATFORM
        if key in found:
            message = Text(f"平台写了两次：{key}", f"the platform stands twice: {key}")
            card.complain(("collect", name), message)
        found[key] = tuple(group for group in groups if group is not None)
    return found


def unknown_platform(card: Card, name: str) -> None:
    """Complain of a platform that nobody describes."""
    known = [*card.platforms.names, ANY_PLATFORM]
    card.unknown(("collect", name), Text("平台", "platform"), name, known)


def compile_step(
    card: Card, at: KeyPath, step: StepFile, platform: Platform | None
) -> StepGroup | None:
    """Compile one step with its alternatives; None when its fact is unknown."""
    known = card.fact((*at, "fact"), step.fact)
    for key in ("rows", "expect"):
        if key in step.defaults.model_fields_set:
            message = Text(f"defaults 不能含 {key}", f"defaults may not hold {key}")
            card.complain((*at, "defaults", key), message)
    _check_shared(card, at, step)
    candidates: list[tuple[KeyPath, StepKeys]] = []
    if not step.any_of or _questions(step):
        candidates.append((at, step))
    for n, alternative in enumerate(step.any_of):
        candidates.append(((*at, "any_of", n), _with_defaults(step.defaults, alternative)))
    made = [
        _step(card, where, fact=step.fact, step=keys, platform=platform)
        for where, keys in candidates
    ]
    alternatives = tuple(one for one in made if one is not None)
    return StepGroup(fact=step.fact, alternatives=alternatives) if known else None


def _check_shared(card: Card, at: KeyPath, step: StepFile) -> None:
    """Refuse keys beside `any_of` that nothing reads: they belong to a question of its own."""
    if not step.any_of or _questions(step):
        return
    for key in sorted(step.model_fields_set - {"fact", "any_of", "defaults"}):
        message = Text(f"any_of 旁的 {key} 不起作用", f"{key} beside any_of does nothing")
        card.complain((*at, key), message, Text("写进 defaults", "write it into defaults"))


def _with_defaults(defaults: StepKeys, step: StepKeys) -> StepKeys:
    shared: dict[str, Any] = {
        key: getattr(defaults, key) for key in defaults.model_fields_set - step.model_fields_set
    }
    if {"columns", "map"} & defaults.model_fields_set:
        for key in ("columns", "map"):  # mappings are added to, not replaced
            shared[key] = {**getattr(defaults, key), **getattr(step, key)}
    return step.model_copy(update=shared)


def _questions(step: StepKeys) -> list[str]:
    return [key for key in _QUESTION_CHANNELS if getattr(step, key)]


def _step(
    card: Card, at: KeyPath, *, fact: str, step: StepKeys, platform: Platform | None
) -> Step | None:
    channel = _channel(card, at, step, platform)
    if channel is None:
        return None
    columns = columns_of(card, at, step=step, channel=channel, platform=platform)
    answer = Answer(columns=columns, platform=platform)
    made = Step(
        fact=fact,
        channel=channel,
        send=step.send,
        get=step.get,
        walk=step.walk,
        follow=step.follow,
        ends=step.ends,
        probe=step.probe,
        registers=_registers(step),
        own_registers=step.registers == "inventory",
        ask={name: _question(one) for name, one in step.ask.items()},
        repeat=step.repeat,
        timeout_s=float(step.timeout_s),
        decode=step.decode,
        error=step.error,
        unsupported=step.unsupported,
        expect=step.expect,
        parse=parsers_of(step),
        ntc=step.ntc,
        pattern=step.pattern,
        each=step.each,
        columns=named_columns(step),
        rows=_rows(step.rows),
        skip=card.expression((*at, "skip"), step.skip, answer.scope),
        map=compile_map(card, at, fact=fact, step=step, answer=answer) if fact in FACTS else {},
        evidence=EvidenceClass(step.evidence),
    )
    _check_step(card, at, made, platform)
    return made


def _channel(card: Card, at: KeyPath, step: StepKeys, platform: Platform | None) -> Channel | None:
    """Give the channel as written, or the only one the question can mean."""
    questions = _questions(step)
    channel = Channel(step.channel) if step.channel else _implied(step, questions, platform)
    if channel is None or (not questions and channel not in {Channel.SESSION, *PROBES}):
        card.complain(
            at,
            Text(
                "没有提问：需要 send、get、walk、follow、probe、registers 或 ask 之一",
                "nothing is asked: one of send, get, walk, follow, probe, registers, ask is needed",
            ),
        )
        return None
    if len(questions) > 1:
        listed = ", ".join(questions)
        message = Text(f"一步只能提一个问题：{listed}", f"one question per step: {listed}")
        card.complain(at, message)
    for key in questions:
        if channel not in _QUESTION_CHANNELS[key]:
            message = Text(f"通道 {channel} 不用 {key}", f"channel {channel} does not take {key}")
            card.complain((*at, key), message)
    offered = platform.channels if platform else (*_FREE_CHANNELS, Channel.SNMP, Channel.SIP)
    if channel not in offered and channel not in _FREE_CHANNELS:
        name = platform.name if platform else ANY_PLATFORM
        card.complain(
            (*at, "channel"),
            Text(f"平台 {name} 没有通道 {channel}", f"platform {name} has no channel {channel}"),
        )
    return channel


def _implied(step: StepKeys, questions: list[str], platform: Platform | None) -> Channel | None:
    if not questions:
        return None
    key = questions[0]
    if key == "get":
        return Channel.SNMP if isinstance(step.get, dict) else Channel.HTTP
    if key == "probe":
        return Channel.SIP if step.probe.get("method") else Channel.ICMP
    offered = platform.channels if platform else ()
    fitting = [channel for channel in offered if channel in _QUESTION_CHANNELS[key]]
    return Channel(fitting[0]) if fitting else min(_QUESTION_CHANNELS[key])


def _check_step(card: Card, at: KeyPath, step: Step, platform: Platform | None) -> None:
    _check_rows(card, at, step)
    in_question = "{item}" in step.send + str(step.get) or step.channel is Channel.MANUAL
    if step.repeat and not in_question:
        message = Text(
            "repeat 需要在 send 或 get 里写 {item}", "repeat needs {item} in the question"
        )
        card.complain((*at, "repeat"), message)
    if step.follow and not all(step.follow.split("/")):
        message = Text("follow 应为 名称/*/名称", "follow is names and * between slashes")
        card.complain((*at, "follow"), message)
    _check_unread(card, at, step)
    _check_keys(card, at, step)
    if "{item}" in step.send and not step.repeat:
        message = Text("{item} 只能与 repeat 同用", "{item} goes with repeat only")
        card.complain((*at, "send"), message)
    key = next((k for k in _QUESTION_CHANNELS if getattr(step, k)), "channel")
    for request in requests_of(step, "item") if step.channel is not Channel.MANUAL else ():
        card.safe((*at, key), request, platform)


def _check_keys(card: Card, at: KeyPath, step: Step) -> None:
    """Refuse a template whose rows would all have one key: two of them can only contradict."""
    fact = FACTS.get(step.fact)
    is_table = any(parser.endswith(".textfsm") for parser in step.parse)
    if fact is None or fact.EVENT or not is_table or step.repeat or step.rows.most == 1:
        return
    if all(step.map[name].is_const for name in fact.KEY if name in step.map):
        listed = ", ".join(fact.KEY) or "-"
        card.complain(
            (*at, "rows"),
            Text(
                f"{step.fact} 的键（{listed}）不随行变化",
                f"the key of {step.fact} ({listed}) is that of every row",
            ),
            Text('写 rows: "1"，或用一列作键', 'write rows: "1", or take a column for the key'),
        )


_NO_TEXT = frozenset({Channel.SNMP, Channel.SIP, Channel.ICMP, Channel.SESSION, Channel.MODBUS})


def _check_unread(card: Card, at: KeyPath, step: Step) -> None:
    """Refuse what would quietly do nothing: a proof where there is no text, an unknown blank."""
    for key in ("error", "unsupported", "expect"):
        if step.channel in _NO_TEXT and getattr(step, key) is not None:
            message = Text(f"通道 {step.channel} 不用 {key}", f"{step.channel} takes no {key}")
            card.complain((*at, key), message)
    for name, question in step.ask.items():
        card.field((*at, "ask", name), step.fact, name)
        if (question.kind == "choice") != bool(question.options):
            message = Text("options 只与 choice 同用", "choice needs options, nothing else has any")
            card.complain((*at, "ask", name), message)


def _check_rows(card: Card, at: KeyPath, step: Step) -> None:
    """`rows: 0..` needs `expect`, else a cut answer reads as "none"; walks prove their own end."""
    if step.rows.most is not None and step.rows.most < step.rows.least:
        card.complain((*at, "rows"), Text("下限大于上限", "the least is more than the most"))
    needs_proof = step.rows.least == 0 and not step.walk and not step.follow
    if needs_proof and step.expect is None and step.channel not in {Channel.MANUAL, Channel.MODBUS}:
        card.complain(
            (*at, "rows"),
            Text("允许零行时必须有 expect", "zero rows are allowed only with expect"),
            Text("expect 证明“没有”是真的没有", "expect proves that none is really none"),
        )


def _rows(given: str | int) -> Rows:
    least, dots, most = str(given).partition("..")
    if not dots:
        return Rows(least=int(least), most=int(least))
    return Rows(least=int(least), most=int(most) if most else None)


def _registers(step: StepKeys) -> Mapping[str, Register]:
    if isinstance(step.registers, str):
        return {}
    return {name: register_of(one.model_dump()) for name, one in step.registers.items()}


def _question(given: QuestionFile) -> Question:
    options = given.options
    words = options if isinstance(options, dict) else {o: _WORDS.get(o, Text(o)) for o in options}
    return Question(
        title=given.title,
        kind=given.type,
        unit=given.unit,
        options=words,
    )


_WORDS: Mapping[str, Text] = {verdict.value: verdict.word for verdict in Verdict}
