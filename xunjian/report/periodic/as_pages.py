"""The forms that Jinja writes: one offline page, and Markdown."""

from collections.abc import Callable

from xunjian.language import Language
from xunjian.report.data_uri import picture
from xunjian.report.pages import assets, page_environment
from xunjian.report.periodic.laid import lay
from xunjian.report.periodic.model import PeriodModel
from xunjian.report.shown import shown
from xunjian.report.template_mistakes import mistakes_of


@mistakes_of("periodic.html.j2")
def as_html(model: PeriodModel, language: Language, read: Callable[[str], str]) -> bytes:
    """Write the page; `read` gives the text of a file below `templates/report/`."""
    environment = page_environment(language, autoescape=True)
    environment.finalize = lambda value: shown(value) if type(value) is str else value
    template = environment.from_string(read("periodic.html.j2"))
    style = read("page.css") + read("inspection.css") + read("periodic.css")
    page = template.render(
        d=lay(model, language),
        language=language.value,
        logo=picture(model.head.logo),
        **assets(style, ""),
    )
    return page.encode()


@mistakes_of("periodic.md.j2")
def as_markdown(model: PeriodModel, language: Language, read: Callable[[str], str]) -> bytes:
    """Write Markdown."""
    environment = page_environment(language, autoescape=False)
    template = environment.from_string(read("periodic.md.j2"))
    return template.render(d=lay(model, language), language=language.value).encode()
