"""What other programs read of `deploy/` is what they understand."""

import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.programs.deploy.support import DEPLOY, program, said

BIN = Path(sys.executable).parent
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text()))


def test_compose_is_a_compose_file() -> None:
    assert "ok" in said(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")


def test_compose_with_an_unknown_word_is_none(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text((DEPLOY / "compose.yaml").read_text().replace("depends_on:", "waits_for:"))
    assert "waits_for" in said(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path, want=1)


def test_each_variable_of_compose_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text())) - {"PUBLISH"}
    given = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert asked == given


def test_compose_lets_workers_finish() -> None:
    services = compose()["services"]
    assert services["worker"]["stop_grace_period"] == "40s"
    assert services["worker"]["healthcheck"] == {"disable": True}


@pytest.mark.parametrize("path", MANIFESTS, ids=[path.name for path in MANIFESTS])
def test_manifests_are_what_kubernetes_knows(path: Path) -> None:
    assert said(BIN / "kubernetes-validate", "--strict", path).count("passed") == len(documents(path))


def test_workers_drain_longer_than_their_grace() -> None:
    parts = {(one["kind"], one["metadata"]["name"]): one for one in documents(DEPLOY / "kubernetes" / "workbench.yaml")}
    grace = int(parts["ConfigMap", "workbench"]["data"]["WORKER_GRACE_S"])
    worker = parts["Deployment", "workbench-worker"]["spec"]["template"]["spec"]
    assert worker["terminationGracePeriodSeconds"] > grace + 20
    assert worker["securityContext"]["runAsUser"] == 10001


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_units_are_what_systemd_knows(tmp_path: Path, unit: Path) -> None:
    program_there = re.sub(r"/opt/workbench/\.venv/bin/\w+", shutil.which("true") or "", unit.read_text())
    copy = tmp_path / unit.name
    copy.write_text(program_there)
    assert said(program("systemd-analyze", "systemd"), "verify", copy) == ""
    assert "KillMode=mixed" in program_there


def test_a_unit_with_an_unknown_word_is_said(tmp_path: Path) -> None:
    copy = tmp_path / "workbench-web.service"
    copy.write_text("[Service]\nExecStart=/bin/true\nKilMode=mixed\n")
    assert "'KilMode'" in said(program("systemd-analyze", "systemd"), "verify", copy)


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    certificate(tmp_path)
    site = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/workbench", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    places = "".join(f"{part}_temp_path {tmp_path};" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = f"pid {tmp_path}/pid; events {{}} http {{ {places} include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(whole)
    nginx = program("nginx", "nginx-light")
    assert "test is successful" in said(nginx, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr")


def test_caddy_takes_its_file(tmp_path: Path) -> None:
    caddy, text = program("caddy", "caddy"), (DEPLOY / "Caddyfile").read_text()
    if said(caddy, "version").lstrip("v").startswith("2.6."):
        # Debian 12's calls them otherwise.
        text = text.replace("request_buffers 1MiB", "buffer_requests\n\t\tbuffer_responses")
        text = text.replace("response_buffers 64MiB", "max_buffer_size 64MiB")
    (tmp_path / "Caddyfile").write_text(text)
    valid = said(caddy, "adapt", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile", HOME=str(tmp_path))
    assert '"127.0.0.1:8000"' in valid


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "workbench.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
