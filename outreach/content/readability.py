"""How hard a text is to read: Flesch-Kincaid grade for English, INFLESZ for Spanish.

Syllables by rule, no dictionary. Spanish written without accents hides some hiatus ("dia"), which
makes a text look at most a little easier.
"""

import re
from collections.abc import Callable

Syllables = Callable[[str], int]

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)")

_EN_NUCLEUS = re.compile(r"[aeiouy]+")
_EN_SILENT = re.compile(
    r"(?<=[^aeiouylr])e$|(?<=[aeiouy][lr])e$|(?<=[^aeioutd])ed$|(?<=[^aeiouscxzgh])es$"
)
_EN_HIATUS = re.compile(r"(?<![tscg])i[ao](?!u)|[aeiou]ing$|ua[lt]|iet$|[dr]ea$")

_ES_SILENT_U = re.compile(r"(?<=q)u(?=[eiéí])|(?<=g)u(?=[eiéí])")
_ES_NUCLEUS = re.compile(r"[iuü]?[aeoáéó][iuüy]?(?![aeoáéóíú])|[iuü]?[aeoáéó]|[íú]|[iuü]+y?|y$")


def sentences(text: str) -> list[str]:
    """The sentences of `text`, without their end marks."""
    return [part.strip() for part in _SENTENCE_END.split(text) if _WORD.search(part)]


def words(text: str) -> list[str]:
    """The words of `text`; numbers and signs are no words."""
    return _WORD.findall(text)


def grade(text: str) -> float:
    """Flesch-Kincaid school grade of an English text; lower is easier, 0 when it has no words."""
    per_sentence, per_word = _ratios(text, syllables_en)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59 if per_word else 0.0


def inflesz(text: str) -> float:
    """Flesch-Szigriszt ease of a Spanish text: 80 and more very easy, below 40 very hard."""
    per_sentence, per_word = _ratios(text, syllables_es)
    return 206.835 - 62.3 * per_word - per_sentence if per_word else 100.0


def syllables_en(word: str) -> int:
    word = word.lower()
    count = len(_EN_NUCLEUS.findall(word)) + len(_EN_HIATUS.findall(word))
    return max(1, count - len(_EN_SILENT.findall(word)))


def syllables_es(word: str) -> int:
    return max(1, len(_ES_NUCLEUS.findall(_ES_SILENT_U.sub("", word.lower()))))


def _ratios(text: str, syllables: Syllables) -> tuple[float, float]:
    """Words per sentence and syllables per word."""
    all_words = words(text)
    if not all_words:
        return 0.0, 0.0
    per_sentence = len(all_words) / max(1, len(sentences(text)))
    return per_sentence, sum(map(syllables, all_words)) / len(all_words)
