"""Values of a command line, taken as they were typed.

typer 0.29 hands every value to pydantic, and loads it for that: half of the time in which a short command is done. A
text, a number, a choice or a path that can be read is what it is without being asked about; everything else, and
whatever is to be refused, goes the usual way.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

_NO: Final = object()
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class TypedValue:
    """Turns the words of a command line into the value of one parameter, as typer's own would.

    Args:
        parameter: Of a command of typer.
    """

    def __init__(self, parameter: Any) -> None:  # noqa: ANN401 - typer's own click has no types
        self._usual = type(parameter).get_runtime_param
        self._parameter = parameter
        told = parameter.type_descriptor
        annotation = told.annotation
        self._each: Any = {list[str]: str, list[Path]: Path, list[int]: int}.get(annotation)
        self._type: Any = self._each or annotation
        about = told.parameter_info
        # What is asked of a path besides, typer looks after.
        asked = about.exists or about.writable or about.resolve_path or about.allow_dash or about.path_type
        self._many = parameter.multiple or parameter.nargs == -1
        self._bounds = about.min, about.max
        members = getattr(self._type, "__members__", None) or {}
        self._choices = {each.value: each for each in members.values()} or None
        self._plain = about.parser is None and not (self._type is Path and (asked or not about.readable))

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as typer calls it
        """Return the value of a parameter."""
        quick = self._quick(value) if self._plain else _NO
        return self._usual(self._parameter).coerce(value, param=param, ctx=ctx) if quick is _NO else quick

    def _quick(self, value: Any) -> Any:  # noqa: ANN401 - texts, and what stands there if nothing was typed
        if value is None:
            return () if self._many else None
        if self._each is None:
            return self._one(value)
        if not isinstance(value, (tuple, list)):
            return _NO
        values = [self._one(each) for each in value]
        return _NO if _NO in values else values

    def _one(self, value: Any) -> Any:  # noqa: ANN401 - as above
        if self._type is str and isinstance(value, str):
            return value
        if self._type in {bool, int} and type(value) is self._type:
            # A flag, or a number that nobody typed: a default keeps its own bounds.
            return value
        if self._type is int and isinstance(value, str) and _NUMBER.fullmatch(value):
            number = int(value)
            low, high = self._bounds
            return number if (low is None or low <= number) and (high is None or number <= high) else _NO
        if self._choices is not None and isinstance(value, str):
            return self._choices.get(value, _NO)
        if self._type is Path and isinstance(value, (str, Path)):
            path = Path(value)
            return path if os.access(path, os.R_OK) or not os.path.lexists(path) else _NO
        return _NO


def take_as_typed(command: Any) -> None:  # noqa: ANN401 - typer's own click
    """Let the parameters of a command take their values as they are typed, that of `--help` too.

    With another version of typer they go on as they do.
    """
    usual_help = command.get_help_option

    def help_option(context: Any) -> Any:  # noqa: ANN401 - as typer calls it
        option = usual_help(context)
        _take(option)
        return option

    command.get_help_option = help_option
    for parameter in command.params:
        _take(parameter)


def _take(parameter: Any) -> None:  # noqa: ANN401 - typer's own click
    if hasattr(parameter, "get_runtime_param") and hasattr(parameter, "type_descriptor"):
        value = TypedValue(parameter)
        parameter.get_runtime_param = lambda: value
