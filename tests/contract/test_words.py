"""Code, pages, messages and documents use the words of the glossary in CONTRIBUTING.md."""

import re
from pathlib import Path

import pytest

from tests.contract.code_base import ROOT, files_in_git

SUFFIXES = {".py", ".js", ".css", ".html", ".j2", ".md", ".yml", ".yaml", ".toml", ".in", ".sh", ".ts"}
NAMES = {"Makefile", "Containerfile"}
NOT_CHECKED = {"CHANGELOG.md", "tests/contract/test_words.py"}  # history; this list itself

STORED_NAMES = re.compile(
    r'"(learnt\.|lately|\.brought)"'
)  # in files of earlier versions, which must still load

# Word or phrase (a regular expression) -> what the glossary has instead. Parts of identifiers count as words.
REPLACED = {
    "told|said|teller": "message, summary, reports; a formatter; help",
    "learnt": "fitted, trained, learned",
    "brought": "imported, downloaded, provided",
    "lately": "recent, recently",
    "undisturbed": "without drift",
    "reigning": "champion",
    "challenging": "challenger",
    "judgement": "verdict, gate",
    "carry_out|carried out": "apply, run",
    "handicap": "error ratio",
    "too_young": "short history",
    "knock": "check whether the remote can be reached",
    "require_no_way_back": "require_not_older_than_champion",
    "spare_the_collector": "freeze_garbage_collector",
    "lived again": "replayed, simulated",
    "from afar": "remote",
    "the world has changed|changed world": "sales patterns have changed",
    "beyond noise": "statistically significant",
    "hurts no store": "no store gets worse",
    "no tree has a say": "tree models are not used",
    "almost surely": "95 % range",
    "on the spot": "exact",
    "nobody special": "non-root",
    "took it down|takes it down": "cleared it",
    "who is told": "who receives alerts",
    "wishes": "requests",
    "unless told": "by default",
    "where you stand|where she stands": "current directory",
    "anew": "again, from scratch",
    "knows these sales already": "already trained on this data",
    "no flaws found": "data checks passed",
    "the seed's|seed's way": "the original project",
    "rooms|the house|house rules|any room|the room": "architecture, package",
    "to be expected": "expected",
    "mended|mending": "fixed",
}


def pattern(words: str) -> re.Pattern[str]:
    """Matches whole words; spaces match line ends and underscores too."""
    spaced = words.replace(" ", r"[\s_]+")
    return re.compile(rf"(?<![A-Za-z])(?:{spaced})(?![A-Za-z])", re.IGNORECASE)


def finds(text: str) -> list[tuple[int, str]]:
    """Line and word of each place that uses a replaced word."""
    text = STORED_NAMES.sub('""', text)
    return [
        (text.count("\n", 0, match.start()) + 1, match[0])
        for words in REPLACED
        for match in pattern(words).finditer(text)
    ]


def checked_files() -> list[Path]:
    return [
        path
        for path in files_in_git()
        if (path.suffix in SUFFIXES or path.name in NAMES or path.parent.name == ".ci")
        and "vendor" not in path.parts
        and str(path.relative_to(ROOT)) not in NOT_CHECKED
    ]


def test_texts_use_the_words_of_the_glossary() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {word}"
        for path in checked_files()
        for line, word in finds(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("words", REPLACED)
def test_each_word_is_found_in_prose_and_in_identifiers(words: str) -> None:
    for word in words.split("|"):
        assert finds(f"a\n{word.upper()}. b")[0][0] == 2
        assert finds(f"not_{word.replace(' ', '_')}(x)")


def test_words_that_only_contain_one_are_not_found() -> None:
    assert not finds("untold wealth, a classroom, a warehouse, a mushroom, understanding, knockout")
