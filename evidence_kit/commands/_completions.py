"""Completion of commands and options for four shells, as scripts that start nothing when Tab is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_NAME: Final = "evidence-kit"


@dataclass(frozen=True, slots=True)
class Completable:
    """One word that can be completed.

    Attributes:
        word: As it is typed.
        told: What it is for, one line.
    """

    word: str
    told: str


Program = Mapping[str, Sequence[Completable]]


def program_words(program: Any) -> tuple[list[Completable], Program]:  # noqa: ANN401 - typer's own click
    """Return the commands of the program, and the options of each."""
    commands = [Completable(name, _line(each.short_help)) for name, each in program.commands.items()]
    options = {name: _options(each) for name, each in program.commands.items()}
    return commands, options


def _options(command: Any) -> list[Completable]:  # noqa: ANN401 - typer's own click
    listed = [each for each in command.params if each.param_type_name == "option"]
    found = [Completable(max(each.opts, key=len), _line(each.help)) for each in listed]
    return found if any(each.word == "--help" for each in found) else [*found, Completable("--help", "")]


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def bash_script(commands: Sequence[Completable], options: Program) -> str:
    """Return the script for bash; where no option is begun, it completes files."""
    names = " ".join(each.word for each in commands)
    cases = "\n".join(f'    {name}) words="{" ".join(each.word for each in of)}" ;;' for name, of in options.items())
    return f"""_evidence_kit() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} command="" words="{names} --help --version" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case " {names} " in *" ${{COMP_WORDS[i]}} "*) command=${{COMP_WORDS[i]}}; break ;; esac
  done
  case $command in
{cases}
  esac
  if [[ -z $command || $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ $command == help ]]; then
    COMPREPLY=($(compgen -W "{names}" -- "$cur"))
  fi
}}
complete -o default -F _evidence_kit {_NAME}
"""


def zsh_script(commands: Sequence[Completable], options: Program) -> str:
    """Return the script for zsh, with the help of each word."""

    def listed(of: Sequence[Completable]) -> str:
        told = [each.told.replace(":", "\\:") for each in of]
        return "\n".join(f"      {_single(f'{each.word}:{what}')}" for each, what in zip(of, told, strict=True))

    cases = "\n".join(f"    {name}) words_of=(\n{listed(of)}\n      ) ;;" for name, of in options.items())
    return f"""#compdef {_NAME}
_evidence_kit() {{
  local -a commands words_of
  commands=(
{listed(commands)}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
{cases}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe option words_of
  else
    _files
  fi
}}
# As a file of fpath it is read when Tab is pressed for the first time; that Tab is to be answered too.
if [[ $funcstack[1] == _{_NAME} ]]; then
  _evidence_kit "$@"
else
  compdef _evidence_kit {_NAME}
fi
"""


def fish_script(commands: Sequence[Completable], options: Program) -> str:
    """Return the script for fish, with the help of each word."""
    lines = [
        f"complete -c {_NAME} -n __fish_use_subcommand -f -a {each.word} -d {_fish(each.told)}" for each in commands
    ]
    for name, of in options.items():
        seen = f"'__fish_seen_subcommand_from {name}'"
        lines += [
            f"complete -c {_NAME} -n {seen} -l {each.word.removeprefix('--')} -d {_fish(each.told)}" for each in of
        ]
    return "\n".join(lines) + "\n"


def powershell_script(commands: Sequence[Completable], options: Program) -> str:
    """Return the script for PowerShell, with the help of each word."""

    def listed(of: Sequence[Completable]) -> str:
        return "; ".join(f"{_power(each.word)} = {_power(each.told or each.word)}" for each in of)

    tables = "\n".join(f"        {_power(name)} = [ordered]@{{ {listed(of)} }}" for name, of in options.items())
    return f"""Register-ArgumentCompleter -Native -CommandName {_NAME} -ScriptBlock {{
    param($word, $line, $position)
    $commands = [ordered]@{{ {listed(commands)} }}
    $options = @{{
{tables}
    }}
    $given = $line.CommandElements | Select-Object -Skip 1 | ForEach-Object {{ $_.ToString() }}
    $command = $given | Where-Object {{ $commands.Contains($_) -and $_ -ne $word }} | Select-Object -First 1
    $offered = if ($command) {{ $options[$command] }} else {{ $commands }}
    $offered.GetEnumerator() | Where-Object {{ $_.Key -like "$word*" }} | ForEach-Object {{
        [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)
    }}
}}
"""


SCRIPTS: Final[Mapping[str, Callable[[Sequence[Completable], Program], str]]] = {
    "bash": bash_script,
    "zsh": zsh_script,
    "fish": fish_script,
    "powershell": powershell_script,
}


def place_of_script(shell: str, home: Path) -> Path | None:
    """Return where a shell looks for a person's own completions; None for PowerShell, whose profile says so itself."""
    places = {
        "bash": home / ".local" / "share" / "bash-completion" / "completions" / _NAME,
        "zsh": home / ".zfunc" / f"_{_NAME}",
        "fish": home / ".config" / "fish" / "completions" / f"{_NAME}.fish",
    }
    return places.get(shell)


def _single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _power(text: str) -> str:
    # PowerShell takes typographic quotation marks for its own.
    for mark in "'‘’‚‛":
        text = text.replace(mark, mark * 2)
    return f"'{text}'"
