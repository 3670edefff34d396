"""Reading a program file: every mistake at once, each with its line, key and words.

YAML is read with PyYAML's safe loader. Lines come from the composed nodes, because the loaded
values no longer know where they stood.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from outreach.errors import OutreachError
from outreach.programs.file import CampaignFile, ProgramFile

KeyPath = tuple[str | int, ...]

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # the C loader exists only where libyaml does
    """The safe loader, leaving dates as text: an impossible one is then reported in its place."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_LARGEST = 1_000_000

_PATTERN_WORDS = {"messaging_service": "must be the id of a messaging service, such as MG0123..."}


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One mistake in a program file; `line` counts from 1, `key` is dotted."""

    file: str
    line: int
    key: str
    code: str
    message: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.file}:{self.line}: {key}{self.message}"


class ProgramFileError(OutreachError):
    """The file is refused; `problems` lists every reason found."""

    code = "program_file"

    def __init__(self, problems: list[FileProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ReadProgramFile:
    """A valid program file that still knows on which line each key stood."""

    name: str
    file: ProgramFile
    lines: dict[KeyPath, int]

    def problem(self, key: KeyPath, code: str, message: str) -> FileProblem:
        """A problem at `key`, or at the nearest key around it that the file spells out."""
        return FileProblem(
            self.name, _line(self.lines, key), ".".join(map(str, key)), code, message
        )


def read_program_file(path: Path) -> ReadProgramFile:
    """Read and check one file. Raises ProgramFileError."""
    name = path.name
    root = _composed(name, _words_of(path))
    problems: list[FileProblem] = []
    lines: dict[KeyPath, int] = {}
    _walk(root, (), lines, problems, name)
    if not isinstance(root, yaml.MappingNode):
        raise _whole_file(name, "not_a_program", "must hold keys and values")
    try:
        file = ProgramFile.model_validate(_loaded(name, root))
    except ValidationError as error:
        problems += _problems(name, lines, error)
    if problems:
        raise ProgramFileError(sorted(problems, key=lambda problem: problem.line))
    return ReadProgramFile(name, file, lines)


def _words_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise _whole_file(path.name, "unreadable", f"cannot be read: {reason}") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _whole_file(path.name, "not_utf8", "is not UTF-8; save it as UTF-8", line) from None
    if len(raw) > _LARGEST:
        raise _whole_file(path.name, "too_large", "is larger than a program file can be (1 MB)")
    return text


def _composed(name: str, text: str) -> yaml.Node | None:
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                # A few nested aliases can stand for billions of values; write them out instead.
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise _whole_file(name, "alias", "write it out, * is not read here", line)
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _not_yaml(name, error) from None
    return root


def _not_yaml(name: str, error: Exception) -> ProgramFileError:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or "holds characters that YAML forbids"
    return _whole_file(name, "not_yaml", f"is not YAML: {reason}", mark.line + 1 if mark else 1)


def _whole_file(name: str, code: str, message: str, line: int = 1) -> ProgramFileError:
    return ProgramFileError([FileProblem(name, line, "", code, message)])


def _walk(
    node: yaml.Node | None,
    path: KeyPath,
    lines: dict[KeyPath, int],
    problems: list[FileProblem],
    name: str,
) -> None:
    """Note the line of every key, and every key that stands twice in one mapping."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            _walk(item, (*path, index), lines, problems, name)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        here = (*path, str(key.value))
        line = key.start_mark.line + 1
        if here in lines:
            words = f"stands here a second time (first on line {lines[here]})"
            dotted = ".".join(map(str, here))
            problems.append(FileProblem(name, line, dotted, "repeated_key", words))
            continue
        lines[here] = line
        _walk(value, here, lines, problems, name)


def _loaded(name: str, root: yaml.Node) -> Any:
    loader = _Loader("")
    try:
        return loader.construct_document(root)
    except (yaml.YAMLError, ValueError) as error:
        raise _not_yaml(name, error) from None
    finally:
        loader.dispose()


def _problems(name: str, lines: dict[KeyPath, int], error: ValidationError) -> list[FileProblem]:
    found: dict[tuple[int, str], FileProblem] = {}
    for item in error.errors(include_input=False, include_url=False):
        path = _known_path(lines, item["loc"], missing=item["type"] == "missing")
        key = ".".join(map(str, path))
        line = _line(lines, path)
        # A value that fits none of several shapes is reported once per shape; once is enough.
        found.setdefault(
            (line, key), FileProblem(name, line, key, item["type"], _words(item, path))
        )
    # A mapping that is neither "all" nor a good audience: what is wrong inside says it better.
    inner = {problem.key.rpartition(".")[0] for problem in found.values()}
    return [
        problem
        for problem in found.values()
        if not (problem.code == "literal_error" and problem.key in inner)
    ]


def _known_path(lines: dict[KeyPath, int], loc: KeyPath, *, missing: bool) -> KeyPath:
    """`loc` without the names of shapes that pydantic puts between keys."""
    path: KeyPath = ()
    for part in loc:
        if (*path, part) in lines:
            path = (*path, part)
    return (*path, loc[-1]) if missing else path


def _line(lines: dict[KeyPath, int], path: KeyPath) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _words(item: ErrorDetails, path: KeyPath) -> str:
    kind = item["type"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return f"unknown key{_near_miss(path)}"
    if kind == "string_type":
        return "must be text; put it in quotes"
    if kind == "string_pattern_mismatch":
        return _PATTERN_WORDS.get(
            str(path[-1]), "may hold only a-z, 0-9 and -, and begins with a-z"
        )
    words = item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return words[:1].lower() + words[1:]


def _near_miss(path: KeyPath) -> str:
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, 1, 0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(known)}" if known else ""


def _known_keys(path: KeyPath) -> list[str]:
    """The keys that may stand in the mapping at `path`."""
    model: type[BaseModel] = ProgramFile
    rest = list(path)
    if rest[:1] == ["campaigns"] and len(rest) > 1:
        model, rest = CampaignFile, rest[2:]
    for part in rest:
        inner = _model_of(model, str(part))
        if inner is not None:
            model = inner
    return list(_keys(model))


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


def _model_of(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The model of `key`'s value, also where it is optional or an item of a list or mapping."""
    for name, field in model.model_fields.items():
        if (field.alias or name) == key:
            pending: list[Any] = [field.annotation]
            while pending:
                shape = pending.pop()
                if isinstance(shape, type) and issubclass(shape, BaseModel):
                    return shape
                pending += getattr(shape, "__args__", ())
    return None
