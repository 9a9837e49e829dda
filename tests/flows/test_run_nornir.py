import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.run_fakes import PASSWORD, REF, World
from tests.run_samples import FACTS, device, playbook
from xunjian.errors import ContentError
from xunjian.inventory import load_inventory
from xunjian.inventory.model import ChannelSettings
from xunjian.playbook.load import find_playbook, load_playbook
from xunjian.playbook.model import NornirTask, Playbook
from xunjian.run.execute import RunOrder, execute
from xunjian.run.model import RunState
from xunjian.run.nornir_tasks import load_nornir_tasks
from xunjian.run.plan import plan_run
from xunjian.secrets import Secret, SecretRef
from xunjian.store import open_store
from xunjian.store.store import Store
from xunjian.workspace import open_workspace

MOCK = Path(__file__).parent / "napalm_mock"
GET = "nornir_napalm.plugins.tasks.napalm_get"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / ".xunjian", facts=FACTS)


def test_the_shipped_example_runs_on_napalms_mock_driver(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "inventory"
    folder.mkdir()
    options = {"optional_args": {"path": str(MOCK / "edge-sw1")}}
    hosts = {
        name: {
            "hostname": f"127.0.40.{number}",
            "data": {"kind": "switch"},
            "connection_options": {"napalm": {"platform": "mock", "extras": extras}},
        }
        for number, (name, extras) in enumerate(
            [("edge-sw1", options), ("edge-sw2", {"optional_args": {"fail_on_open": True}})], 1
        )
    }
    (folder / "hosts.yml").write_text(json.dumps(hosts))
    inventory = load_inventory(folder)
    workspace = open_workspace()
    book = load_playbook(find_playbook(workspace, "napalm_facts"))
    world = World()
    order = RunOrder(
        plan=plan_run(tuple(inventory.devices.values()), book, world.tools().catalog),
        playbook=book,
        tools=world.tools(),
        nornir_tasks=load_nornir_tasks(book),
    )
    record = execute(order, store)
    results: Any = record.nornir_results[GET]
    (good,) = results["edge-sw1"]
    assert good["failed"] is False
    assert good["result"]["facts"]["serial_number"] == "0012"
    assert good["result"]["interfaces"]["GE0/0/1"]["is_up"] is True
    (bad,) = results["edge-sw2"]
    assert bad["failed"] is True
    assert "ConnectionException" in bad["exception"]
    assert record.state is RunState.FINISHED
    assert record.exit_code == 3
    assert store.record(record.run_id).nornir_results == record.nornir_results


def with_task(*tasks: NornirTask) -> Playbook:
    return dataclasses.replace(playbook(), nornir=tasks, relative="playbooks/x.yml")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("no_such_package.tasks.get", "ModuleNotFoundError"),
        ("json.no_such_function", "AttributeError"),
        ("json.decoder.NaN", "float"),
        ("json", "no module"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(path: str, said: str) -> None:
    book = with_task(NornirTask(path="json.dumps"), NornirTask(path=path))
    with pytest.raises(ContentError) as caught:
        load_nornir_tasks(book)
    (problem,) = caught.value.problems
    assert problem.file == "playbooks/x.yml"
    assert problem.key == "nornir.1"
    assert path in problem.message.zh
    assert said in problem.hint.en


# --- tasks that the tests bring ---


def tell_login(task: Any, **_: Any) -> str:
    """A task that quotes what it should not: the password of its connection."""
    found = task.host.get_connection_parameters("napalm")
    assert found.password == PASSWORD
    assert found.extras["optional_args"]["secret"] == PASSWORD
    assert task.host.password is None
    return f"logged in with {found.password}"


def fall_over(task: Any) -> None:
    raise RuntimeError(f"no luck on {task.host.name} with {PASSWORD}")


def never_end(task: Any) -> None:
    import threading

    threading.Event().wait(30)


def run_tasks(store: Store, *functions: str, **settings: Any) -> Any:
    here = device("good-1")
    napalm = ChannelSettings(
        hostname="127.0.0.1",
        username="inspector",
        password=REF,
        extras={"optional_args": {"secret": REF}},
    )
    here = dataclasses.replace(here, channels={**here.channels, "napalm": napalm})
    book = dataclasses.replace(
        with_task(*(NornirTask(path=f"{__name__}.{f}") for f in functions)),
        run=dataclasses.replace(playbook().run, **settings),
    )
    world = World()
    loaded = tuple(
        dataclasses.replace(x, function=globals()[name])
        for x, name in zip(
            load_nornir_tasks(with_task(*(NornirTask(path="json.dumps") for _ in functions))),
            functions,
            strict=True,
        )
    )
    loaded = tuple(
        dataclasses.replace(x, task=task) for x, task in zip(loaded, book.nornir, strict=True)
    )
    order = RunOrder(
        plan=plan_run([here], book, world.tools().catalog),
        playbook=book,
        tools=world.tools(_only(REF)),
        nornir_tasks=loaded,
    )
    return execute(order, store)


def _only(known: SecretRef) -> Any:
    def resolve(reference: SecretRef) -> Secret:
        assert reference == known
        return Secret(PASSWORD)

    return resolve


def test_credentials_come_late_and_never_reach_the_record(
    store: Store, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    record = run_tasks(store, "tell_login", "fall_over")
    results = record.nornir_results
    told = results[f"{__name__}.tell_login"]["good-1"][0]
    fell = results[f"{__name__}.fall_over"]["good-1"][0]
    assert told["result"] == "logged in with ******"
    assert fell["failed"] is True
    assert fell["result"] is None
    assert "no luck on good-1" in fell["exception"]
    assert PASSWORD not in repr(record)
    assert [o.reached for o in record.outcomes] == [True, True]
    assert capsys.readouterr() == ("", "")
    assert PASSWORD not in caplog.text


def test_a_task_that_never_ends_is_left_behind(store: Store) -> None:
    record = run_tasks(store, "never_end", device_deadline_s=0.1)
    ((result,),) = (list(r.values()) for r in record.nornir_results.values())
    assert result[0]["failed"] is True
    assert "TimeoutError" in result[0]["exception"]
    assert record.state is RunState.FINISHED


def test_the_runner_is_in_nornirs_own_register() -> None:
    from nornir.core.plugins.runners import RunnersPluginRegister

    from xunjian.run.nornir_inventory import make_nornir
    from xunjian.run.pool import ThreadsRunner

    nornir = make_nornir([device("a"), device("b")], lambda _: Secret(""), {"num_workers": 2})
    assert RunnersPluginRegister.get_plugin("threads") is ThreadsRunner
    found = nornir.run(task=lambda task: task.host.name.upper())
    assert {name: multi.result for name, multi in found.items()} == {"a": "A", "b": "B"}


def test_planning_loads_no_heavy_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys, xunjian.run.plan, xunjian.run.exits, xunjian.run.events; "
        "print([m for m in ('nornir', 'netmiko', 'napalm', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
