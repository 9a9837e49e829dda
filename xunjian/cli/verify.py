"""`verify`: prove that no evidence was altered or removed."""

import typer

from xunjian.cli.language import both
from xunjian.cli.options import Form, FormatOption, WorkspaceOption
from xunjian.cli.output import Output
from xunjian.language import Text
from xunjian.run.content import Content


def register(app: typer.Typer, output: Output) -> None:
    """Add the command."""

    @app.command(
        "verify",
        help=both(
            "证明证据没有被改动或删除（按合同期清理的不算）；有改动或缺失则退出码 1。",
            "Prove that no evidence was altered or removed (what was pruned by term counts as "
            "there); exit code 1 when something was.",
        ),
    )
    def verify_command(workspace: WorkspaceOption = None, form: FormatOption = Form.TABLE) -> int:
        proof = Content(workspace).store.verify()
        kinds = {"altered": proof.altered, "missing": proof.missing, "broken": proof.broken}
        if form == "json":
            output.json(
                {
                    "intact": proof.is_intact,
                    "checked": proof.checked,
                    "pruned": proof.pruned,
                    "unsealed": list(proof.unsealed),
                    **{
                        kind: [
                            {"run_id": d.run_id, "what": d.what, "sha256": d.sha256} for d in found
                        ]
                        for kind, found in kinds.items()
                    },
                }
            )
        else:
            words = {
                "altered": Text("被改动", "altered"),
                "missing": Text("缺失", "missing"),
                "broken": Text("链条不符", "chain broken"),
            }
            for kind, found in kinds.items():
                for damage in found:
                    output.data(f"{output.text(words[kind])}: {damage.run_id} {damage.what}")
            for run_id in proof.unsealed:
                output.say(
                    Text(f"未封存（当时被杀）：{run_id}", f"never sealed (killed): {run_id}")
                )
            output.data(
                Text(
                    f"已核对 {proof.checked} 件，清理 {proof.pruned} 件："
                    + ("完好" if proof.is_intact else "不完好"),
                    f"{proof.checked} checked, {proof.pruned} pruned: "
                    + ("intact" if proof.is_intact else "not intact"),
                ).to(output.language)
            )
        return 0 if proof.is_intact else 1
