"""`verify`: prove that no evidence was altered or removed."""

from pathlib import Path
from typing import Annotated

import typer

from xunjian.cli.language import both
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "verify",
        help=both(
            "证明证据和出过的文档没有被改动或删除（按合同期清理的不算）；有改动或缺失则退出码 1。"
            "给出证据包 FILE.zip 则核对它，不需要工作区。"
            "\n\n例：xunjian verify    xunjian verify 证据包.zip",
            "Prove that no evidence and no document was altered or removed (what was pruned by "
            "term counts as there); exit code 1 when something was. With FILE.zip an evidence "
            "bundle is checked, without any workspace."
            "\n\nExamples: xunjian verify    xunjian verify bundle.zip",
        ),
    )
    def verify_command(
        bundle: Annotated[
            Path | None,
            typer.Argument(
                metavar="FILE.zip",
                help=both("证据包；不给则核对工作区", "an evidence bundle; default: the workspace"),
            ),
        ] = None,
        workspace: WorkspaceOption = None,
        form: FormatOption = Form.TABLE,
    ) -> int:
        if bundle is not None:
            return _verify_bundle(bundle, output, form)
        return _verify_workspace(Content(workspace), output, form)


def _verify_workspace(content: Content, output: Output, form: str) -> int:
    proof = content.store.verify()
    kinds = {
        "altered": proof.altered,
        "missing": proof.missing,
        "broken": proof.broken,
        "documents": proof.documents,
    }
    if form == "json":
        output.json(
            {
                "intact": proof.is_intact,
                "checked": proof.checked,
                "pruned": proof.pruned,
                "unsealed": list(proof.unsealed),
                "documents_checked": proof.documents_checked,
                **{
                    kind: [{"run_id": d.run_id, "what": d.what, "sha256": d.sha256} for d in found]
                    for kind, found in kinds.items()
                },
            }
        )
    else:
        words = {
            "altered": Text("被改动", "altered"),
            "missing": Text("缺失", "missing"),
            "broken": Text("链条不符", "chain broken"),
            "documents": Text("文档被改动", "document altered"),
        }
        for kind, found in kinds.items():
            for damage in found:
                output.data(f"{output.text(words[kind])}: {damage.run_id} {damage.what}")
        for run_id in proof.unsealed:
            output.say(Text(f"未封存（当时被杀）：{run_id}", f"never sealed (killed): {run_id}"))
        output.data(
            Text(
                f"已核对 {proof.checked} 件，文档 {proof.documents_checked} 份，"
                f"清理 {proof.pruned} 件：" + ("完好" if proof.is_intact else "不完好"),
                f"{proof.checked} pieces and {proof.documents_checked} documents checked, "
                f"{proof.pruned} pruned: " + ("intact" if proof.is_intact else "not intact"),
            ).to(output.language)
        )
    return 0 if proof.is_intact else 1


def _verify_bundle(path: Path, output: Output, form: str) -> int:
    from xunjian.store.bundle import check_bundle

    if not path.is_file():
        raise UsageError(
            Text(f"没有这个文件：{path}", f"no such file: {path}"),
            Text("核对工作区：xunjian verify -w 目录", "a workspace: xunjian verify -w DIR"),
        )
    proof = check_bundle(path)
    kinds = {
        "altered": (Text("被改动", "altered"), proof.altered),
        "missing": (Text("缺失", "missing"), proof.missing),
        "unlisted": (Text("不在清单中", "not in the manifest"), proof.unlisted),
        "broken": (Text("链条不符", "chain broken"), proof.broken),
    }
    if form == "json":
        output.json(
            {
                "intact": proof.is_intact,
                "run_id": proof.run_id,
                "number": proof.number,
                "version": proof.version,
                "root_hash": proof.root_hash,
                "files": proof.files,
                "pruned": proof.pruned,
                "head_hash": proof.head_hash,
                **{kind: list(found) for kind, (_, found) in kinds.items()},
            }
        )
        return 0 if proof.is_intact else 1
    for word, found in kinds.values():
        for name in found:
            output.data(f"{output.text(word)}: {name}")
    output.data(
        Text(
            f"报告 {proof.number} 第 {proof.version} 版，轮次 {proof.run_id}，"
            f"文件 {proof.files} 个：" + ("完好" if proof.is_intact else "不完好"),
            f"report {proof.number} version {proof.version}, run {proof.run_id}, "
            f"{proof.files} files: " + ("intact" if proof.is_intact else "not intact"),
        ).to(output.language)
    )
    if proof.pruned:
        output.data(
            Text(
                f"其中 {proof.pruned} 件证据按保存期清理，已记在链条里；"
                f"链条最后一环是 {proof.head_hash}，"
                "清理之后各轮签字报告的根哈希都由它而来",
                f"{proof.pruned} pieces were pruned by term, as the chain says; its last link is "
                f"{proof.head_hash}, to which every report signed after that is chained",
            ).to(output.language)
        )
    output.data(
        Text(
            f"根哈希应与签字报告附录 A 的一致：{proof.root_hash}",
            f"the root hash has to be that of the signed report's appendix A: {proof.root_hash}",
        ).to(output.language)
    )
    return 0 if proof.is_intact else 1
