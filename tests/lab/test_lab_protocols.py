"""The lab's HTTP, SNMP, NUT and SIP devices, seen by independent clients."""

import hashlib
import socket
import struct

import httpx
import pytest
from gufo.snmp import Aes128Key, Sha1Key, SnmpVersion, User
from gufo.snmp.sync import SnmpSession

from xunjian.lab import LabHandle
from xunjian.lab.snmp import read_records

ON_BATTERY = "1.3.6.1.2.1.33.1.4.1.0"


def _url(lab: LabHandle, device: str, path: str) -> str:
    host, port = lab.address(device)
    return f"http://{host}:{port}{path}"


def _get(lab: LabHandle, device: str, path: str, password: str | None = None) -> httpx.Response:
    known = lab.credential
    auth = (known.username, known.password if password is None else password)
    return httpx.get(_url(lab, device, path), auth=auth, trust_env=False, timeout=5)


def test_roomos_answers_its_status_to_those_who_know_the_password(faulty_lab: LabHandle) -> None:
    good = _get(faulty_lab, "hz-codec1", "/getxml?location=/Status")
    assert good.status_code == 200
    assert good.headers["content-type"].startswith("text/xml")
    assert "<Name>HZ-CODEC1</Name>" in good.text
    assert _get(faulty_lab, "hz-codec1", "/getxml?location=/Status", "wrong").status_code == 401
    assert "GET /getxml?location=/Status" in faulty_lab.transcript("hz-codec1")


def test_http_refuses_what_it_does_not_know_and_what_would_write(faulty_lab: LabHandle) -> None:
    assert _get(faulty_lab, "hz-srv1-bmc", "/redfish/v1").json() == {"Name": "HZ-SRV1-BMC"}
    assert _get(faulty_lab, "hz-srv1-bmc", "/redfish/v1/Systems").status_code == 404
    known = faulty_lab.credential
    with httpx.Client(auth=(known.username, known.password), trust_env=False) as client:
        url = _url(faulty_lab, "hz-srv1-bmc", "/redfish/v1/")
        assert client.post(url, json={"ResetType": "ForceOff"}).status_code == 405
        assert client.get(url).status_code == 200
    assert "POST /redfish/v1/" in faulty_lab.transcript("hz-srv1-bmc")


def test_a_camera_wants_digest_and_gives_nothing_for_a_password_in_clear(
    faulty_lab: LabHandle,
) -> None:
    path = "/ISAPI/System/deviceInfo"
    known = faulty_lab.credential
    said = _get(faulty_lab, "hz-cam1", path)
    assert (said.status_code, said.text) == (401, "")
    assert said.headers["www-authenticate"].startswith("Digest ")
    url = _url(faulty_lab, "hz-cam1", path)
    for password, status in ((known.password, 200), ("wrong", 401)):
        digest = httpx.DigestAuth(known.username, password)
        assert httpx.get(url, auth=digest, trust_env=False, timeout=5).status_code == status
    # a proof for one document opens no other
    with httpx.Client(auth=httpx.DigestAuth(known.username, known.password)) as client:
        proof = client.get(url).request.headers["authorization"]
    other = _url(faulty_lab, "hz-cam1", "/ISAPI/System/status")
    assert httpx.get(other, headers={"Authorization": proof}, trust_env=False).status_code == 401


def _snmp(lab: LabHandle, device: str, version: SnmpVersion) -> SnmpSession:
    host, port = lab.address(device)
    known = lab.credential
    if version is SnmpVersion.v2c:
        return SnmpSession(
            addr=host, port=port, community=known.community, version=version, timeout=5
        )
    key = known.snmp_key.encode()
    user = User(known.username, auth_key=Sha1Key(key), priv_key=Aes128Key(key))
    return SnmpSession(addr=host, port=port, user=user, version=version, timeout=5)


@pytest.mark.parametrize("version", [SnmpVersion.v2c, SnmpVersion.v3])
def test_snmp_reads_one_and_many_and_walks(faulty_lab: LabHandle, version: SnmpVersion) -> None:
    with _snmp(faulty_lab, "hz-ups1", version) as session:
        assert session.get(ON_BATTERY) == 5
        many = session.get_many([ON_BATTERY, "1.3.6.1.2.1.33.1.2.4.0"])
        assert many == {ON_BATTERY: 5, "1.3.6.1.2.1.33.1.2.4.0": 100}
        walked = dict(session.getnext("1.3.6.1.2.1.33"))
        assert dict(session.getbulk("1.3.6.1.2.1.33")) == walked
        assert list(walked)[-1] == ON_BATTERY
        assert len(walked) == 3
    with _snmp(faulty_lab, "hz-ups3", version) as session:
        assert session.get(ON_BATTERY) == 3


def test_snmp_of_an_unknown_community_stays_silent(faulty_lab: LabHandle) -> None:
    host, port = faulty_lab.address("hz-ups1")
    with (
        SnmpSession(
            addr=host, port=port, community="public", version=SnmpVersion.v2c, timeout=0.5
        ) as session,
        pytest.raises(TimeoutError),
    ):
        session.get(ON_BATTERY)


def test_snmp_records_are_typed_and_sorted() -> None:
    records = read_records("1.3.10|4x|00ff\n1.3.9|65|4294967297\n1.3.11|64|192.0.2.1\n# note\n")
    assert list(records) == [(1, 3, 9), (1, 3, 10), (1, 3, 11)]
    assert int(records[1, 3, 9]) == 1
    assert bytes(records[1, 3, 10]) == b"\x00\xff"


def _talk(lab: LabHandle, device: str, lines: list[str]) -> list[str]:
    with socket.create_connection(lab.address(device), timeout=5) as connection:
        connection.sendall("".join(f"{line}\n" for line in [*lines, "LOGOUT"]).encode())
        with connection.makefile(encoding="utf-8") as file:
            return file.read().splitlines()


def test_nut_lists_and_gets_variables(faulty_lab: LabHandle) -> None:
    said = _talk(faulty_lab, "hz-ups2", ["LIST UPS", "LIST VAR ups", "GET VAR ups ups.status"])
    assert said[0] == "BEGIN LIST UPS"
    assert said[3] == "BEGIN LIST VAR ups"
    assert 'VAR ups ups.mfr "Lab \\"A\\""' in said
    assert said[-3:] == ["END LIST VAR ups", 'VAR ups ups.status "OL"', "OK Goodbye"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("LIST VAR other", "ERR UNKNOWN-UPS"),
        ("GET VAR ups no.such", "ERR VAR-NOT-SUPPORTED"),
        ("GET VAR ups", "ERR INVALID-ARGUMENT"),
        ("SET VAR ups ups.status OFF", "ERR ACCESS-DENIED"),
        ("INSTCMD ups load.off", "ERR ACCESS-DENIED"),
        ("FSD ups", "ERR ACCESS-DENIED"),
        ("HELLO", "ERR UNKNOWN-COMMAND"),
        ("LOGIN ups", "ERR ACCESS-DENIED"),
    ],
)
def test_nut_refuses_by_its_own_codes(faulty_lab: LabHandle, line: str, error: str) -> None:
    assert _talk(faulty_lab, "hz-ups2", [line]) == [error, "OK Goodbye"]


def test_nut_knows_its_account_and_does_not_write_the_password_down(faulty_lab: LabHandle) -> None:
    known = faulty_lab.credential
    said = _talk(
        faulty_lab,
        "hz-ups2",
        [f"USERNAME {known.username}", f"PASSWORD {known.password}", "LOGIN ups"],
    )
    assert said == ["OK", "OK", "OK", "OK Goodbye"]
    assert known.password not in faulty_lab.transcript("hz-ups2")


OPTIONS = (
    "{} sip:lab SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\nf: <sip:me>;tag=a\r\n"
    "To: <sip:lab>\r\nCall-ID: one\r\nCSeq: 7 {}\r\nContent-Length: 0\r\n\r\n"
)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_sip_answers_options_and_nothing_else(
    faulty_lab: LabHandle, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_INET, kind) as connection:
        connection.settimeout(5)
        connection.connect(faulty_lab.address("hz-sipterm1"))
        connection.send(OPTIONS.format("OPTIONS", "OPTIONS").encode())
        answer = connection.recv(65535).decode()
        assert answer.startswith("SIP/2.0 200 OK\r\n")
        assert "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n" in answer
        assert "To: <sip:lab>;tag=lab\r\n" in answer
        assert "CSeq: 7 OPTIONS\r\n" in answer
        assert "Server: lab\r\n" in answer
        connection.send(OPTIONS.format("INVITE", "INVITE").encode())
        assert connection.recv(65535).startswith(b"SIP/2.0 405 ")


def _modbus(lab: LabHandle, body: bytes) -> bytes:
    with socket.create_connection(lab.address("hz-env1"), timeout=5) as connection:
        connection.sendall(struct.pack(">HHHB", 77, 0, len(body) + 1, 1) + body)
        head = connection.recv(7)
        transaction, protocol, length, unit = struct.unpack(">HHHB", head)
        assert (transaction, protocol, unit) == (77, 0, 1)
        return connection.recv(length)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (struct.pack(">BHH", 4, 0, 2), b"\x04\x04\x00\xe7\x00\xfa"),
        (struct.pack(">BHH", 2, 0, 4), b"\x02\x01\x00"),
        (struct.pack(">BHH", 3, 10, 1), b"\x03\x02\x00\x03"),
        (struct.pack(">BHH", 3, 11, 1), b"\x83\x02"),
        (struct.pack(">BHH", 3, 0, 126), b"\x83\x03"),
        (struct.pack(">BHH", 6, 10, 0), b"\x86\x01"),  # it never writes
        (b"\x10", b"\x90\x01"),
    ],
)
def test_modbus_reads_and_never_writes(faulty_lab: LabHandle, asked: bytes, answer: bytes) -> None:
    assert _modbus(faulty_lab, asked) == answer
    assert asked.hex(" ") in faulty_lab.transcript("hz-env1")


def _pjlink(lab: LabHandle, query: str, password: str) -> str:
    with socket.create_connection(lab.address("hz-proj1"), timeout=5) as connection:
        greeting = connection.recv(100).decode().split()
        proof = hashlib.md5((greeting[2] + password).encode(), usedforsecurity=False).hexdigest()
        connection.sendall(f"{proof}{query}\r".encode())
        return connection.recv(200).decode()


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("%1POWR ?", "%1POWR=1\r"),
        ("%1LAMP ?", "%1LAMP=1204 1\r"),
        ("%1FILT ?", "%1FILT=ERR1\r"),
        ("%1POWR 0", "%1POWR=ERR3\r"),
    ],
)
def test_the_projector_answers_queries_alone(
    faulty_lab: LabHandle, query: str, answer: str
) -> None:
    assert _pjlink(faulty_lab, query, faulty_lab.credential.password) == answer
    assert _pjlink(faulty_lab, query, "wrong") == "PJLINK ERRA\r"
    assert query in faulty_lab.transcript("hz-proj1")
    assert faulty_lab.credential.password not in faulty_lab.transcript("hz-proj1")
