"""The manual pages, the completions of shells, and the changelog: what people expect beside a program."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from docs import manual
from evidence_kit.cli import GROUPS
from evidence_kit.words import LANGUAGES
from tests.e2e.conftest import PROGRAM

ROOT = Path(__file__).parents[1]
COMMANDS = [name for _, names in GROUPS for name in names]


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed; .ci/run installs it")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manual_page_is_what_the_words_make(language: str) -> None:
    assert manual.place(language).read_text("utf-8") == manual.page(language), "make manual"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "tool", [pytest.param("mandoc", marks=needs("mandoc")), pytest.param("man", marks=needs("man"))]
)
def test_a_manual_page_is_read_without_a_complaint(tool: str, language: str) -> None:
    path = str(manual.place(language))
    command = (
        ["mandoc", "-T", "utf8", "-W", "warning,stop", path] if tool == "mandoc" else ["man", "--warnings", "-l", path]
    )
    done = subprocess.run(
        command, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub(r".\x08", "", done.stdout)
    for name in COMMANDS:
        assert re.search(rf"^ +{name}$", shown, re.MULTILINE), name


def script(shell: str) -> str:
    done = subprocess.run(
        [*PROGRAM, "completion", shell, "--json", "--lang", "fr"], capture_output=True, text=True, check=True
    )
    return str(json.loads(done.stdout)["script"])


@needs("bash")
def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    (tmp_path / "completion").write_text(script("bash"))
    typed = 'COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _evidence_kit; echo "${{COMPREPLY[@]}}"'
    lines = [
        typed.format(words) for words in ("evidence-kit ing", "evidence-kit seal 7 --redacte", "evidence-kit help wh")
    ]
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join([f". {tmp_path / 'completion'}", *lines])],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["ingest", "--redacted", ""]


@needs("fish")
def test_fish_completes_in_the_language(tmp_path: Path) -> None:
    (tmp_path / "completion").write_text(script("fish"))
    asked = (
        f"source {tmp_path / 'completion'}; complete -C 'evidence-kit ing'; complete -C 'evidence-kit seal 7 --redacte'"
    )
    done = subprocess.run(["fish", "--no-config", "-c", asked], capture_output=True, text=True, check=True)
    assert [line.partition("\t")[0] for line in done.stdout.splitlines()] == ["ingest", "--redacted"]
    assert "Recueillir" in done.stdout


@needs("zsh")
@pytest.mark.parametrize("way", ["fpath=({place} $fpath); {init}", "{init}; source {place}/_evidence-kit"])
def test_zsh_completes_at_the_first_tab(way: str, tmp_path: Path) -> None:
    (tmp_path / "_evidence-kit").write_text(script("zsh"))
    (tmp_path / ".zshrc").write_text(
        f"PS1='ready> '\n{way}\n".format(place=tmp_path, init=f"autoload -Uz compinit; compinit -u -d {tmp_path}/dump")
    )
    shown = at_terminal(
        ["zsh", "-d", "-i"],
        {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)},
        [
            ("ready> ", "evidence-kit ing\t"), ("ingest", "\x15evidence-kit seal 7 --redacte\t"),
            ("--redacted", "\x15evidence-kit rec\t"), ("recovery  -- ", "\x15exit\r"),
        ],
    )  # fmt: skip
    assert "Après la perte" in shown


def at_terminal(command: list[str], environment: dict[str, str], typed: list[tuple[str, str]]) -> str:
    """Run a program at a terminal, type each text once what comes before it was shown; return all that was shown."""
    child, screen = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm", **environment})  # noqa: S606
    shown, seen, until = b"", 0, time.monotonic() + 30
    try:
        for awaited, text in [*typed, ("", "")]:
            while not awaited or awaited.encode() not in shown[seen:]:
                assert time.monotonic() < until, shown.decode("utf-8", "replace")
                try:
                    shown += os.read(screen, 65536) if select.select([screen], [], [], 1.0)[0] else b""
                except OSError:  # Linux says so when the other end is closed
                    break
            seen = len(shown)
            os.write(screen, text.encode())
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(screen)
    return shown.decode("utf-8", "replace")


def test_powershell_has_every_command_and_closes_its_quotes() -> None:
    made = script("powershell")
    assert all(f"'{name}' = " in made for name in COMMANDS)
    assert all(line.count("'") % 2 == 0 for line in made.splitlines())


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="pwsh is not among Debian's packages: run where it is there")
def test_powershell_completes_in_the_language(tmp_path: Path) -> None:
    (tmp_path / "completion.ps1").write_text(script("powershell"), "utf-8-sig")
    asked = "; ".join(
        f"(TabExpansion2 '{line}' {len(line)}).CompletionMatches | ForEach-Object {{ $_.CompletionText }}"
        for line in ("evidence-kit ing", "evidence-kit seal 7 --redacte")
    )
    done = subprocess.run(
        ["pwsh", "-NoProfile", "-Command", f". {tmp_path / 'completion.ps1'}; {asked}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["ingest", "--redacted"]


def test_the_changelog_is_by_version_with_what_to_do_first() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.+)\n\n### (.+)$", text, re.MULTILINE)
    assert [notes for _, notes in versions] == ["Upgrade notes"] * len(re.findall(r"^## ", text, re.MULTILINE))
    assert versions[0][0] == "Unreleased"
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert versions[1][0].startswith(f"{own} (")
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {
        "Upgrade notes", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Format",
    }  # fmt: skip
