"""Cisco's own client jsxapi (npm, 6.0.0) as referee of the xAPI server our tests talk to."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.xapi_server import XapiServer
from tests.real.conftest import need

SCRIPT = """
const jsxapi = require('jsxapi');
const [port, username, password] = process.argv.slice(1);
const xapi = jsxapi.connect(`ssh://127.0.0.1:${port}`, { username, password });
const give = (value) => { console.log(JSON.stringify(value)); xapi.close(); process.exit(0); };
xapi.on('error', (error) => { console.log(JSON.stringify({ error: String(error) })); process.exit(1); });
xapi.on('ready', async () => {
  const volume = await xapi.Status.Audio.Volume.get();
  const standby = await xapi.status.get('Standby State');
  let missing = '';
  try { await xapi.status.get('Nothing Here'); } catch (error) { missing = error.message; }
  give({ volume, standby, missing });
});
"""
STATUS = "<Status><Audio><Volume>55</Volume></Audio><Standby><State>Off</State></Standby></Status>"


def test_ciscos_client_understands_our_terminal(tmp_path: Path) -> None:
    node = need("node")
    found = subprocess.run(
        [node, "-e", "require.resolve('jsxapi')"], check=False, capture_output=True, timeout=20
    )
    if found.returncode:
        reason = "NODE_PATH leads to no jsxapi (npm install jsxapi@6.0.0)"
        if os.environ.get("XUNJIAN_REQUIRE_REAL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with XapiServer(STATUS, echo=False) as server:
        # jsxapi answers keyboard-interactive alone, as RoomOS offers it
        server.behaviour.interactive = (("Password: ", False),)
        done = subprocess.run(
            [node, "-e", SCRIPT, str(server.port), "xunjian", server.behaviour.password],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
            cwd=tmp_path,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["volume"] in {55, "55"}
    assert said["standby"] == "Off"
    assert said["missing"].startswith("No match on address expression")
    assert server.typed[:2] == ["echo off", "xpreferences outputmode json"]
