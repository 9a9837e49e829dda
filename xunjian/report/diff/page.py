"""The one offline HTML page: summary first, a tree of sections, every change side by side."""

from collections.abc import Callable, Sequence

from xunjian.config.model import RISKS, ChangeKind, ConfigDiff
from xunjian.language import Language, counted
from xunjian.report.diff import words
from xunjian.report.diff.arrange import quoted, view
from xunjian.report.diff.figures import renamed
from xunjian.report.diff.seen import seen
from xunjian.report.pages import assets, page_environment
from xunjian.report.template_mistakes import mistakes_of
from xunjian.report.words import word


@mistakes_of("diff.html.j2")
def as_page(diffs: Sequence[ConfigDiff], language: Language, read: Callable[[str], bytes]) -> bytes:
    """Render the page; `read` gives the bytes of a file below `templates/report/`."""
    environment = page_environment(language, autoescape=True)
    environment.finalize = lambda value: seen(value) if type(value) is str else value
    environment.globals.update(diff_words(language), counted=counted)
    style = read("page.css").decode() + read("diff.css").decode()
    extra = assets(style, read("diff.js").decode())
    template = environment.from_string(read("diff.html.j2").decode())
    return template.render(v=view(diffs), language=language.value, **extra).encode()


def diff_words(language: Language) -> dict[str, object]:
    """Functions the template has beside those of every document."""
    return {
        "risk_word": lambda risk: words.RISK_WORDS[risk].to(language),
        "kind_word": lambda kind: words.KIND_WORDS[kind].to(language),
        "kind_mark": lambda kind: words.KIND_MARKS[kind],
        "approval_word": lambda state: word(words.APPROVAL_WORDS, state).to(language),
        "trust_word": lambda state: words.TRUST_WORDS[state].to(language),
        "not_compared_word": lambda code: word(words.NOT_COMPARED_WORDS, code).to(language),
        "mode_word": lambda mode: word(words.MODE_WORDS, mode).to(language),
        "side_word": lambda source: word(words.SIDE_WORDS, source).to(language),
        "edge": words.EDGE.to(language),
        "risks": tuple(reversed(RISKS)),
        "kinds": tuple(ChangeKind),
        "approvals": tuple(words.APPROVAL_WORDS),
        "rank": RISKS.index,
        "renamed": renamed,
        "quoted": quoted,
    }
