"""The receiver beside a preview: for this machine only, ended with it, and never in its way."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pelican
import pytest
from click.testing import CliRunner
from clients.machines import free_port, wait_until

from pelican_smo.cli import main
from pelican_smo.errors import PreviewError
from pelican_smo.preview import linkbacks, preview
from pelican_smo.preview.linkbacks import Receiver, receiver_for

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkbacks, "_SECONDS", 0.01)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a settings file of a site that announces a receiver."""
    file = tmp_path / "pelicanconf.py"
    file.write_text(
        "SITEURL = 'https://site.example'\n"
        "SMO_LINKBACK_ENDPOINT = 'https://mentions.example'\n"
        "PATH = 'content'\nOUTPUT_PATH = 'output'\n"
    )
    (tmp_path / "content").mkdir()
    return file


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what Pelican is called with; it does nothing."""
    calls: list[list[str]] = []
    monkeypatch.setattr(pelican, "main", calls.append)
    return calls


def receiver_of(site: Path, **changed: str) -> Receiver:
    found = receiver_for(site, changed.get("bind", "127.0.0.1"), 8000, free_port())
    assert found is not None
    return found


def build(receiver: Receiver, endpoint: str | None = None) -> None:
    """Have the site built, as far as its receiver cares."""
    receiver.targets.parent.mkdir(parents=True, exist_ok=True)
    top = {"site": "https://site.example", "endpoint": endpoint or receiver.url, "targets": []}
    receiver.targets.write_text(json.dumps(top))


@contextmanager
def beside(receiver: Receiver) -> Iterator[threading.Thread]:
    """Run ``receiver`` while the block lasts; it has to end with it."""
    stop = threading.Event()
    thread = threading.Thread(target=receiver.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """Return the processes that were started in the place of receivers."""
    processes: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(command: Any) -> "subprocess.Popen[bytes]":
        processes.append(popen(SLEEP))
        return processes[-1]

    monkeypatch.setattr(linkbacks.subprocess, "Popen", start)
    return processes


def wait_for(done: Any) -> None:
    wait_until(done, lambda: "it never happened")


@pytest.mark.parametrize("bind", ["127.0.0.1", "0.0.0.0", "::", "192.0.2.7", "::1"])
def test_it_listens_to_this_machine_only_whoever_sees_the_preview(site: Path, bind: str) -> None:
    receiver = receiver_of(site, bind=bind)
    command = receiver._command()
    url = f"http://127.0.0.1:{receiver.port}"
    assert command[command.index("--bind") + 1] == "127.0.0.1"
    assert command[command.index("--public-url") + 1] == url
    assert receiver.settings["SMO_LINKBACK_ENDPOINT"] == url
    own = {"192.0.2.7": ("http://192.0.2.7:8000",), "::1": ("http://[::1]:8000",)}.get(bind, ())
    here = ("http://127.0.0.1:8000", "http://localhost:8000")
    assert receiver.sites == (*own, *here)
    also = [command[at + 1] for at, word in enumerate(command) if word == "--also"]
    assert also == list(receiver.sites)


def test_it_understands_what_it_is_told(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pelican_smo.receiver import serve

    options: list[serve.Options] = []
    monkeypatch.setattr(serve, "receive", lambda one, **_: options.append(one))
    receiver = receiver_of(site)
    result = CliRunner().invoke(main, receiver._command()[3:])
    assert result.exit_code == 0, result.output
    assert (options[0].public_url, options[0].also) == (receiver.url, receiver.sites)
    assert (options[0].any_port, options[0].bind) == (True, "127.0.0.1")


def test_it_waits_for_a_build_that_announces_it(
    site: Path, started: list["subprocess.Popen[bytes]"]
) -> None:
    receiver = receiver_of(site)
    with beside(receiver):
        build(receiver, "https://mentions.example")  # as an earlier build left it
        assert not receiver._is_announced()
        receiver.targets.write_text("{")  # half written
        assert not receiver._is_announced()
        assert started == []
        build(receiver)
        wait_for(lambda: started)
    assert started[0].returncode is not None
    with beside(receiver_of(site.rename(site.with_name("other.py")))):
        pass  # told to stop before there is anything


def test_what_is_approved_has_the_site_built_again(
    site: Path, started: list["subprocess.Popen[bytes]"], capsys: pytest.CaptureFixture[str]
) -> None:
    receiver = receiver_of(site)
    build(receiver)
    os.utime(site, (0, 0))
    with beside(receiver):
        wait_for(lambda: started)
        wait_for(lambda: "approve --all" in capsys.readouterr().out)
        assert site.stat().st_mtime == 0
        os.utime(receiver.export, (1, 1))
        wait_for(lambda: site.stat().st_mtime > 0)
        assert "New mentions: building again" in capsys.readouterr().out
        # The settings file may be gone for a moment, and be saved by an editor.
        site.unlink()
        os.utime(receiver.export, (2, 2))
        wait_for(lambda: "building again" in capsys.readouterr().out)
        site.write_text("")
        os.utime(site, (0, 0))
        os.utime(receiver.export, (3, 3))
        wait_for(lambda: site.stat().st_mtime > 0)
    assert started[0].returncode is not None


def test_whatever_goes_wrong_it_is_not_left_behind(
    site: Path, started: list["subprocess.Popen[bytes]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = receiver_of(site)
    build(receiver)

    def broken(_: Path) -> float:
        raise RuntimeError

    monkeypatch.setattr(linkbacks, "_changed", broken)
    with pytest.raises(RuntimeError):
        receiver.run(threading.Event())
    assert started[0].returncode is not None


def test_if_it_ends_by_itself_that_is_said_once(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver = receiver_of(site)
    build(receiver)
    monkeypatch.setattr(
        Receiver, "_command", lambda _: [sys.executable, "-c", "raise SystemExit(7)"]
    )
    with beside(receiver) as thread:
        thread.join(20)
    said = capsys.readouterr().err
    assert said.count("has ended (exit code 7)") == 1
    assert "start the preview again" in said


def test_a_preview_announces_its_own_receiver(
    site: Path, arguments: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkbacks.Receiver, "run", lambda *_: None)
    monkeypatch.setattr("pelican_smo.preview.signal.signal", lambda *_: None)
    port, receiver_port = free_port(), free_port()
    preview(site, port, "127.0.0.1", receiver_port)
    at = arguments[0].index("--extra-settings")
    assert f'SMO_LINKBACK_ENDPOINT="http://127.0.0.1:{receiver_port}"' in arguments[0][at:]


def test_where_none_can_run_that_is_said_and_none_is_announced(
    site: Path, arguments: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        preview(site, free_port(), "127.0.0.1", port)
    said = capsys.readouterr().err
    assert f"No receiver runs beside this preview: cannot listen on 127.0.0.1:{port}" in said
    assert "--receiver-port" in said
    assert arguments[0][-2:] == ["--extra-settings", 'SMO_LINKBACK_ENDPOINT=""']


def test_it_takes_no_port_that_the_preview_has(
    site: Path, arguments: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    preview(site, port, "127.0.0.1", port)
    assert "choose another port with --receiver-port" in capsys.readouterr().err


def test_without_the_extra_its_install_command_is_said(
    site: Path,
    arguments: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(linkbacks, "find_spec", lambda _: None)
    preview(site, free_port(), "127.0.0.1", free_port())
    assert "pip install 'pelican-smo[linkbacks]'" in capsys.readouterr().err
    assert arguments[0][-1] == 'SMO_LINKBACK_ENDPOINT=""'


def test_a_site_that_announces_none_is_left_alone(site: Path, arguments: list[list[str]]) -> None:
    site.write_text("SITEURL = 'https://site.example'\nPATH = 'content'\n")
    preview(site, free_port(), "127.0.0.1", free_port())
    site.write_text("SITEURL = 'https://site.example'\nSMO_TYPO = 1\n")
    preview(site, free_port(), "127.0.0.1", free_port())
    assert ["--extra-settings" in one for one in arguments] == [False, False]


def test_a_taken_port_of_the_preview_is_a_mistake_of_the_command(site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["preview", str(site), "--port", port])
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.output
    assert "choose another port with --port" in result.output
    with pytest.raises(PreviewError, match="does not exist"):
        preview(site.parent / "nowhere", 1, "127.0.0.1")


def test_the_commands_that_it_prints_are_how_it_was_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "bin" / "pelican-smo"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
    calls = {
        str(script): "bin/pelican-smo",
        "bin/pelican-smo": "bin/pelican-smo",
        str(tmp_path / "pelican_smo" / "__main__.py"): "bin/python -m pelican_smo",
    }
    for called, printed in calls.items():
        monkeypatch.setattr(sys, "argv", [called, "preview"])
        assert linkbacks._program() == printed
    monkeypatch.setenv("PATH", str(script.parent))
    monkeypatch.setattr(sys, "argv", [str(script), "preview"])
    assert linkbacks._program() == "pelican-smo"
