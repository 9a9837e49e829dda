"""Files that the store has on record as documents: who may write where they lie, and who may not.

A document under control may take the place of another one: the bytes of every version are kept in
the store. What is under no control, such as a replay, never does.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content
from xunjian.store.model import DocumentFile, DocumentKey

if TYPE_CHECKING:
    from xunjian.store.store import Store

DRAFTS = "replay"  # folder beside documents on record, for what is under no control


def lying_in(store: "Store", folder: Path) -> tuple[DocumentFile, ...]:
    """Documents on record that lie in a folder now, each as it was written there last."""
    where = folder.resolve()
    newest = {file.path: file for file in store.document_files()}
    return tuple(
        file
        for file in newest.values()
        if Path(file.path).parent == where and Path(file.path).is_file()
    )


def apart(output: Output, stores: Iterable["Store"], folder: Path) -> Path:
    """Give the folder a draft goes to: one of its own where documents on record lie."""
    if not any(lying_in(store, folder) for store in stores):
        return folder
    own = folder / DRAFTS
    output.say(
        Text(
            f"{folder} 里是存档的文档，不覆盖；写到 {own}",
            f"{folder} holds documents on record, which are not replaced: written to {own}",
        )
    )
    return own


def refuse_on_record(content: Content, path: Path) -> None:
    """Refuse to write a file over a document on record.

    Raises:
        UsageError: one lies there.
    """
    if not content.workspace.state_dir.is_dir():
        return
    where = str(path.resolve())
    if any(file.path == where for file in lying_in(content.store, path.parent)):
        raise UsageError(
            Text(f"那里是存档的文档，不覆盖：{path}", f"a document on record lies there: {path}"),
            Text("用 -o 换一个文件名", "name another file with -o"),
        )


def say_others(
    output: Output,
    before: Iterable[DocumentFile],
    set_: tuple[DocumentKey, int],
    written: Collection[Path],
) -> None:
    """Say which documents of other runs, or of older versions, lay where a set was written."""
    others = [file for file in before if (file.key, file.version) != set_]
    here = {str(path.resolve()) for path in written}
    replaced = [file for file in others if file.path in here]
    left = [file for file in others if file.path not in here]
    for files, zh, en in (
        (replaced, "已换成这一版，原件在存储里", "replaced by these; kept in the store"),
        (left, "还在那里，与这一版不是一套", "still there, of another set than these"),
    ):
        if files:
            names = ", ".join(sorted(Path(file.path).name for file in files))
            whose = ", ".join(sorted({f"{one.key.subject} v{one.version}" for one in files}))
            output.say(Text(f"{whose} 的 {names} {zh}", f"{names} of {whose}: {en}"))
