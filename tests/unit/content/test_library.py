"""A library is read whole or refused with every reason."""

from pathlib import Path

import pytest

from outreach.content.library import default_directory, load
from outreach.content.problems import LibraryError, NoSuchTextError


def write(root: Path, name: str, words: str) -> Path:
    path = root / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, "utf-8")
    return root


def refused(root: Path, overlay: Path | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(LibraryError) as caught:
        load(root, overlay)
    return [(problem.line, problem.text_id, problem.rule) for problem in caught.value.problems]


def test_texts_are_found_by_language_collection_and_id(tmp_path: Path) -> None:
    write(tmp_path, "en/hope", "- {id: a, tags: [x], text: First}\n- {id: b, text: Second}\n")
    library = load(write(tmp_path, "es/hope", "- {id: a, text: Primero}\n"))
    assert [text.text for text in library.texts("en", "hope")] == ["First", "Second"]
    assert library.get("es", "a").text == "Primero"
    assert library.get("en", "a").tags == ("x",)
    assert library.get("en", "b").line == 2
    assert library.languages() == ("en", "es")
    assert library.collections("en") == ("hope",)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    library = load(write(tmp_path, "en/hope", "- {id: a, text: First}\n"))
    with pytest.raises(NoSuchTextError, match="'nope'"):
        library.texts("en", "nope")
    with pytest.raises(NoSuchTextError, match="'zz'"):
        library.get("en", "zz")


def test_a_discreet_program_gets_the_texts_tagged_discreet(tmp_path: Path) -> None:
    words = "- {id: a, text: Open}\n- {id: b, tags: [discreet], text: Quiet}\n"
    library = load(write(tmp_path, "en/hope", words))
    assert [text.id for text in library.texts("en", "hope")] == ["a"]
    assert [text.id for text in library.texts("en", "hope", discreet=True)] == ["b"]


def test_an_overlay_replaces_by_id_and_adds(tmp_path: Path) -> None:
    base = write(tmp_path / "base", "en/hope", "- {id: a, text: Ours}\n- {id: b, text: Kept}\n")
    own = write(tmp_path / "own", "en/hope", "- {id: a, text: Theirs}\n- {id: c, text: New}\n")
    write(tmp_path / "own", "en/hope-veterans", "- {id: d, text: Own shelf}\n")
    library = load(base, own)
    assert [text.text for text in library.texts("en", "hope")] == ["Theirs", "Kept", "New"]
    assert library.get("en", "d").collection == "hope-veterans"


@pytest.mark.parametrize(
    ("words", "line", "text_id", "rule"),
    [
        ("- {id: a, text: One}\n- {id: a, text: Two}\n", 2, "a", "duplicate-id"),
        ("- {id: a, text: One, colour: red}\n", 1, "a", "unknown-key"),
        ("- {id: a, text: One, text: Two}\n", 1, "a", "repeated-key"),
        ("\n- {id: a}\n", 2, "a", "no-text"),
        ("- {text: One}\n", 1, "", "no-id"),
        ("- {id: a, tags: x, text: One}\n", 1, "a", "bad-tags"),
        ("- just words\n", 1, "", "not-a-text"),
        ("id: a\ntext: One\n", 1, "", "not-a-list"),
        ("- {id: a,\n  text: [\n", 3, "", "not-yaml"),
        ("- {id: a, text: 'Hi {{ nmae }}'}\n", 1, "a", "unknown-variable"),
        ("- {id: a, text: 'Hi {{ name }}'}\n", 1, "a", "no-fallback"),
        ("- {id: a, text: 'Hi {{ name'}\n", 1, "a", "bad-variable"),
        ("- {id: a, text: 'Hi {{ name.upper() }}'}\n", 1, "a", "bad-variable"),
    ],
)
def test_a_mistake_is_reported_with_its_line(
    tmp_path: Path, words: str, line: int, text_id: str, rule: str
) -> None:
    assert refused(write(tmp_path, "en/hope", words)) == [(line, text_id, rule)]


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    write(tmp_path, "en/hope", "- {id: a}\n- {id: b, text: x, y: z}\n")
    write(tmp_path, "en/horoscope", "- {id: c, text: Stars}\n")
    assert {rule for _, _, rule in refused(tmp_path)} == {
        "no-text",
        "unknown-key",
        "unknown-collection",
    }


def test_an_overlay_may_not_move_an_id_to_another_collection(tmp_path: Path) -> None:
    base = write(tmp_path / "base", "en/hope", "- {id: a, text: Ours}\n")
    own = write(tmp_path / "own", "en/help", "- {id: a, text: Theirs}\n")
    assert refused(base, own) == [(1, "a", "wrong-collection")]


def test_a_folder_without_texts_is_an_error(tmp_path: Path) -> None:
    assert [rule for _, _, rule in refused(tmp_path)] == ["no-texts"]


def test_the_texts_that_come_with_outreach_load() -> None:
    library = load(default_directory())
    assert library.languages() == ("en", "es")
