"""The message library: `<language>/<collection>.yaml`, each a list of `{id, tags, text}`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import yaml

from outreach.content.collections import Collection, collection_named
from outreach.content.places import place_of
from outreach.content.problems import LibraryError, NoSuchTextError, Problem
from outreach.content.render import BadTemplateError, placeholders

_YamlLoader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DISCREET = "discreet"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the library and where it was read: `file` and `line` (1-based)."""

    id: str
    lang: str
    collection: str
    tags: tuple[str, ...]
    text: str
    file: Path
    line: int
    place: int = field(init=False, repr=False, compare=False)
    """Of its id; kept, because choosing asks every text for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", place_of(self.id))


class Library:
    """All texts, read once and never changed. Ids are unique within a language."""

    def __init__(self, texts: Iterable[Text]) -> None:
        shelves: dict[tuple[str, str], list[Text]] = {}
        for text in texts:
            shelves.setdefault((text.lang, text.collection), []).append(text)
        self._shelves = MappingProxyType({key: tuple(shelf) for key, shelf in shelves.items()})
        self._by_id = MappingProxyType({(text.lang, text.id): text for text in self.all()})

    def all(self) -> Iterator[Text]:
        for shelf in self._shelves.values():
            yield from shelf

    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({lang for lang, _ in self._shelves}))

    def collections(self, lang: str) -> tuple[str, ...]:
        return tuple(sorted(name for shelf_lang, name in self._shelves if shelf_lang == lang))

    def texts(self, lang: str, collection: str, *, discreet: bool = False) -> tuple[Text, ...]:
        """The texts of a collection; for a discreet program only those tagged `discreet`.

        A collection without such a tag is discreet as a whole. Raises `NoSuchTextError`.
        """
        try:
            shelf = self._shelves[lang, collection]
        except KeyError:
            raise NoSuchTextError(
                f"the library has no collection {collection!r} in {lang!r}"
            ) from None
        return tuple(text for text in shelf if (DISCREET in text.tags) == discreet) or shelf

    def get(self, lang: str, text_id: str) -> Text:
        """One text by its id. Raises `NoSuchTextError`."""
        try:
            return self._by_id[lang, text_id]
        except KeyError:
            raise NoSuchTextError(f"the library has no text {text_id!r} in {lang!r}") from None


def load(directory: Path, overlay: Path | None = None) -> Library:
    """Read a library; texts of `overlay` replace those with the same id or are added.

    Raises `LibraryError` with every problem found (code, file and line), never only the first.
    """
    problems: list[Problem] = []
    shipped = _read_folder(directory, problems)
    own = _read_folder(overlay, problems) if overlay else {}
    merged = shipped | own
    problems += [
        _misplaced(own[key], shipped[key].collection)
        for key in shipped.keys() & own.keys()
        if shipped[key].collection != own[key].collection
    ]
    if problems:
        raise LibraryError(problems)
    return Library(merged.values())


def default_directory() -> Path:
    """Where the texts that come with Outreach are: in the installed package or the checkout."""
    installed = Path(str(files("outreach"))) / "_messages"
    checkout = Path(__file__).resolve().parents[2] / "templates" / "messages"
    return installed if installed.is_dir() else checkout


def _read_folder(directory: Path, problems: list[Problem]) -> dict[tuple[str, str], Text]:
    paths = sorted(directory.glob("*/*.yaml"))
    if not paths:
        message = "no <language>/<collection>.yaml here; is this the right folder?"
        problems.append(Problem(directory, 1, "", "no-texts", message))
    found: dict[tuple[str, str], Text] = {}
    for path in paths:
        for text in _read_file(path, problems):
            first = found.setdefault((text.lang, text.id), text)
            if first is not text:
                where = f"{first.file.name} line {first.line}"
                problems.append(_problem(text, "duplicate-id", f"already used in {where}"))
    return found


def _read_file(path: Path, problems: list[Problem]) -> Iterator[Text]:
    collection = collection_named(path.stem)
    if collection is None:
        message = f"no known collection is called or begins {path.stem!r}"
        problems.append(Problem(path, 1, "", "unknown-collection", message))
        return
    try:
        root = yaml.compose(path.read_text("utf-8"), Loader=_YamlLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or str(error)
        problems.append(Problem(path, line, "", "not-yaml", reason))
        return
    if not isinstance(root, yaml.SequenceNode):
        message = "a collection is a list of {id, tags, text}"
        problems.append(Problem(path, 1, "", "not-a-list", message))
        return
    for node in root.value:
        text = _read_text(path, node, problems)
        if text is not None and _variables_fit(text, collection, problems):
            yield text


def _read_text(path: Path, node: yaml.Node, problems: list[Problem]) -> Text | None:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        problems.append(Problem(path, line, "", "not-a-text", "each item is {id, tags, text}"))
        return None
    fields = {_scalar(key): value for key, value in node.value}
    text_id = _scalar(fields.get("id"))
    wrong = list(_wrong_fields(fields))
    if len(fields) < len(node.value):
        wrong.append(("repeated-key", "the same key stands here twice"))
    if wrong:
        problems.extend(Problem(path, line, text_id, rule, words) for rule, words in wrong)
        return None
    tags = tuple(tag.value for tag in fields["tags"].value) if "tags" in fields else ()
    words = " ".join(_scalar(fields["text"]).split())
    return Text(text_id, path.parent.name, path.stem, tags, words, path, line)


def _wrong_fields(fields: Mapping[str, yaml.Node]) -> Iterator[tuple[str, str]]:
    for name in fields.keys() - {"id", "tags", "text"}:
        yield "unknown-key", f"{name!r} is not one of id, tags, text"
    for name in ("id", "text"):
        if not _scalar(fields.get(name)).strip():
            yield f"no-{name}", f"every text needs {name}: words"
    tags = fields.get("tags")
    if tags is not None and not (
        isinstance(tags, yaml.SequenceNode)
        and all(isinstance(tag, yaml.ScalarNode) for tag in tags.value)
    ):
        yield "bad-tags", "tags is a list of words, such as [discreet]"


def _scalar(node: yaml.Node | None) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) else ""


def _variables_fit(text: Text, collection: Collection, problems: list[Problem]) -> bool:
    try:
        used = placeholders(text.text)
    except BadTemplateError as error:
        problems.append(_problem(text, "bad-variable", str(error)))
        return False
    unknown = sorted(used.names - collection.variables)
    uncovered = sorted(used.bare - collection.always - set(unknown))
    for name in unknown:
        known = ", ".join(sorted(collection.variables))
        problems.append(_problem(text, "unknown-variable", f"no {name!r} here; there is {known}"))
    for name in uncovered:
        fix = f'may be missing; write {{{{ {name} or "words" }}}} or {{% if {name} %}}'
        problems.append(_problem(text, "no-fallback", f"{name!r} {fix}"))
    return not (unknown or uncovered)


def _problem(text: Text, rule: str, message: str) -> Problem:
    return Problem(text.file, text.line, text.id, rule, message)


def _misplaced(text: Text, collection: str) -> Problem:
    return _problem(text, "wrong-collection", f"this id belongs to {collection}; choose another")
