"""From lines of the notation to patterns that can be looked for.

An element (a word, class or group) knows by the first word of each alternative what may follow, so
a step costs one look into a dictionary. A pattern knows which words decide whether it is worth
trying: per element it needs, the rarest words of which one must be in the text.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from outreach.safety.notation import EDGES, HIT, Raw, alternatives, is_compound, parts

NUMBER, MANY = "{number}", "{many}"
MANY_FROM = 5
"""Pills, drinks or cuts from which a plain count is alarming by itself."""

_COMMON_WORDS = """
i im a an the to of in on and or my me you it is am are was be been do that this with for no not so
he she they his her all at have had has get got if but just up out as from by when now dont cant
yo el la los las un una de en y o que se mi lo le es ya con por para al si su mas muy como te nos
esta estoy voy
are were will would can could if there here what who one two some about like go going went come back
good see know think want need make take took home house work car day days today tonight tomorrow
week night time last next still again really lol thanks yes ill id hes shes its were every more very
them him our your us off over down after before then than been being did does doing done feel
feeling hoy manana noche dia dias semana hace tengo quiero puedo casa trabajo bien gracias cuando
donde pero todo todos nada algo ayer ahora ni desde hasta .
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class Element:
    """A word, class or group. `after` maps a first word to the ways on from it.

    `edges`: the edges that it may be instead of words, such as the end in `(again|$)`.
    """

    __slots__ = ("after", "edges", "name", "triggers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.after: dict[str, tuple[Way, ...]] = {}
        self.edges: tuple[str, ...] = ()
        self.triggers: frozenset[str] = frozenset()


class Step(NamedTuple):
    """An element, perhaps optional; or, without one, a gap."""

    element: Element | None
    optional: bool
    gap: int


Way: TypeAlias = tuple[int, tuple[Step, ...]]
"""How many words the first word took (0: none yet), and the steps from there."""
_WHOLE: tuple[Way, ...] = ((1, ()),)


class Pattern(NamedTuple):
    """`parts` must all fit somewhere; the first is the hit. `needs` must all be in the text."""

    parts: tuple[tuple[Step, ...], ...]
    needs: tuple[Element, ...]
    source: str


class Lexicon:
    """Builds every element once, however many patterns name it."""

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        """`classes`: name without braces -> alternatives in the notation."""
        self._classes = {f"{{{name}}}": phrases for name, phrases in classes.items()}
        self._elements = {name: _word(name) for name in (NUMBER, MANY, HIT, *EDGES)}
        self._open: list[str] = []
        self._shared: dict[Raw, Step] = {}
        self.words: set[str] = set()

    def pattern(self, line: str) -> Pattern:
        """Raises ValueError on an unknown or circular class, or when nothing must be there."""
        steps = tuple(self._steps(part) for part in parts(line))
        needs = {
            step.element.name: step.element
            for part in steps
            for step in part
            if step.element and not step.optional and step.element.triggers
        }
        if not needs or not all(steps):
            raise ValueError(f"a pattern needs at least one word that must be there: {line!r}")
        ordered = sorted(needs.values(), key=lambda each: _cost(each.triggers))
        return Pattern(steps, tuple(ordered), line)

    def element(self, name: str) -> Element:
        """The element of this name: a word, "a/b" words, a {class} or a (group)."""
        found = self._elements.get(name)
        if found is None:
            found = self._elements[name] = self._build(name)
        return found

    def _build(self, name: str) -> Element:
        if not is_compound(name):
            self.words.add(name)
            return _word(name)
        if name in self._open or (name[0] == "{" and name not in self._classes):
            raise ValueError(f"class {name} is unknown or stands on itself: {self._open}")
        self._open.append(name)
        phrases = self._classes[name] if name[0] == "{" else alternatives(name)
        built = self._join(name, phrases)
        self._open.pop()
        return built

    def _join(self, name: str, phrases: Iterable[str]) -> Element:
        joined = Element(name)
        triggers: set[str] = set()
        for phrase in phrases:
            if phrase.isalnum():
                self.words.add(phrase)
                joined.after[phrase] = _WHOLE + joined.after.get(phrase, ())
                triggers.add(phrase)
                continue
            if phrase in EDGES:
                joined.edges += (phrase,)
                continue
            steps = self._steps(parts(phrase)[0])
            triggers |= _triggers(steps)
            self._add(joined, steps)
        joined.triggers = frozenset() if joined.edges else frozenset(triggers)
        return joined

    @staticmethod
    def _add(joined: Element, steps: tuple[Step, ...]) -> None:
        first = steps[0].element
        if first and not steps[0].optional and first.after.keys() == {first.name}:
            joined.after[first.name] = (*joined.after.get(first.name, ()), (1, steps[1:]))
            return
        way = (0, steps)
        for word in _first_words(steps):
            joined.after[word] = (*joined.after.get(word, ()), way)

    def _steps(self, part: Iterable[Raw]) -> tuple[Step, ...]:
        return tuple(self._shared.get(raw) or self._step(raw) for raw in part)

    def _step(self, raw: Raw) -> Step:
        """Equal steps are one object: the rules repeat themselves a great deal."""
        element = self._any(raw.names) if raw.names else None
        return self._shared.setdefault(raw, Step(element, raw.optional, raw.gap))

    def _any(self, names: tuple[str, ...]) -> Element:
        if len(names) == 1:
            return self.element(names[0])
        key = "/".join(names)
        if key not in self._elements:
            self._elements[key] = self._join(key, names)
        return self._elements[key]


def _word(name: str) -> Element:
    word = Element(name)
    if name not in EDGES and name != HIT:
        word.after = {name: _WHOLE}
        word.triggers = frozenset((name,))
    return word


def _first_words(steps: tuple[Step, ...]) -> set[str]:
    words: set[str] = set()
    for step in steps:
        if step.element:
            words |= step.element.after.keys()
        if not step.optional:
            break
    return words


def _triggers(steps: tuple[Step, ...]) -> frozenset[str]:
    needed = [step.element.triggers for step in steps if step.element and not step.optional]
    return min((each for each in needed if each), key=_cost, default=frozenset())


def _cost(words: frozenset[str]) -> int:
    """The rarer the words, the better they decide whether a pattern is worth trying."""
    return len(words) + 1000 * len(words & _COMMON)
