"""A fresh workspace: what `init` writes. Nothing that exists is ever overwritten."""

from pathlib import Path

from xunjian.errors import UsageError
from xunjian.language import Text
from xunjian.secrets import AGE_KEY
from xunjian.workspace import MARKER, builtin_root

INVENTORY = ("defaults.yml", "groups.yml", "hosts.yml", "sites.yml")

_SETTINGS = """\
# 本工作区的设置；xunjian config 显示全部设置及其来处。
# Settings of this workspace; `xunjian config` shows all of them, each with where it comes from.
language: zh                # zh en
fail_on: abnormal           # warning abnormal I II III IV
# min_coverage: 95          # 到达率下限，百分数 / least share reached, in percent
# forks: 50                 # 同时几台 / devices at once
# per_site: 5               # 每个地点同时几台 / devices at once per site
# retention_days: 1095      # 证据保存天数 / days raw evidence is kept
recipient: {recipient}
# contract: {{name: …, customer: …, contractor: …, starts: 2026-01-01, ends: 2026-12-31}}
# notify:                   # 通知谁；地址写引用 / who is told; addresses are references
#   duty: [{{url: {{env: DUTY_URL}}}}]
# document:                 # 报告封面与签审 / cover and approval of every report
#   project: …              # 项目名称
#   secrecy: 内部           # 密级 / secrecy level
#   logo: logo.png          # PNG 或 JPEG，放在工作区里 / PNG or JPEG inside the workspace
#   prefix: XJ              # 编号里的 {{prefix}} / what {{prefix}} stands for in numbers
#   number: "{{prefix}}-{{yyyymm}}-{{kind}}-{{seq:03d}}"
#   record_sheets: all      # all abnormal none
#   people: [{{name: 王工, role: 巡检工程师, phone: …}}]
#   signers: [巡检人, 复核人, 乙方负责人, 甲方代表]
#   recipients: […]         # 接收单位 / who gets it
#   basis: […]              # 巡检依据 / what the round is based on
"""

_IGNORE = """\
# 秘密和生成的东西不进 git / secrets and what is generated stay out of git
/keys/
/.xunjian/
/reports/
"""


def make_workspace(directory: Path) -> tuple[str, ...]:
    """Make a workspace and give the files it holds.

    Raises:
        UsageError: the folder holds something already, or cannot be written.
    """
    import pyrage

    try:
        if directory.exists() and any(directory.iterdir()):
            raise UsageError(
                Text(f"目录不是空的: {directory}", f"the folder is not empty: {directory}"),
                Text("换一个新目录", "name a new folder"),
            )
        identity = pyrage.x25519.Identity.generate()
        recipient = str(identity.to_public())
        (directory / "keys").mkdir(parents=True, mode=0o700)
        (directory / "keys").chmod(0o700)
        _write(directory / AGE_KEY, f"# public key: {recipient}\n{identity}\n", 0o600)
        _write(directory / "known_hosts", "", 0o600)
        _write(directory / MARKER, _SETTINGS.format(recipient=recipient), 0o644)
        _write(directory / ".gitignore", _IGNORE, 0o644)
        for name in INVENTORY:
            example = (builtin_root() / "inventory" / name).read_text("utf-8")
            _write(directory / "inventory" / name, example, 0o644)
        for name in ("playbooks", "tasks", "templates"):
            (directory / name).mkdir()
    except OSError as error:
        raise UsageError(
            Text(
                f"建不了工作区: {directory}（{error.strerror}）",
                f"cannot make the workspace: {directory} ({error.strerror})",
            )
        ) from error
    return (MARKER, AGE_KEY, "known_hosts", ".gitignore", *(f"inventory/{n}" for n in INVENTORY))


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(text, encoding="utf-8")
