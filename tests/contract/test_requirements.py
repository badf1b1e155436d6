"""The locked requirements: pinned, hashed, free of addresses, and small where they are served."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.code_base import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
PINNED = re.compile(r"[a-z0-9][a-z0-9-]*(\[[a-z0-9,-]+\])?==[0-9][^ /:@]*( ; [^/@]+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: Path) -> list[tuple[str, list[str]]]:
    """Each requirement of a lock with its hashes, continued lines joined."""
    lines = lock.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    split = (re.split(r"\s+(?=--hash)", line) for line in lines)
    return [(requirement.strip(), [text.strip() for text in hashes]) for requirement, *hashes in split]


def versions(name: str) -> dict[str, set[str]]:
    """Package -> its versions: more than one where they differ by Python."""
    packages: dict[str, set[str]] = {}
    for requirement, _ in entries(REQUIREMENTS / f"{name}.txt"):
        package, version = requirement.partition(" ;")[0].split("==")
        packages.setdefault(package, set()).add(version)
    return packages


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_entry_is_pinned_and_hashed_and_holds_no_address(lock: Path) -> None:
    found = entries(lock)
    assert found
    assert not [requirement for requirement, _ in found if not PINNED.fullmatch(requirement)]
    assert not [requirement for requirement, hashes in found if not hashes], "run make lock"
    assert not [text for _, hashes in found for text in hashes if not HASH.fullmatch(text)]


@pytest.mark.parametrize(("small", "large"), [("serve", "train"), ("train", "jobs"), ("jobs", "dev")])
def test_a_smaller_lock_is_a_subset_of_the_larger(small: str, large: str) -> None:
    larger = versions(large)
    differing = {name: found for name, found in versions(small).items() if larger.get(name) != found}
    assert not differing, f"run make lock: {differing}"


def test_make_installs_only_what_has_the_hash_of_the_lock() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"pip install [^\n]*", makefile)
    assert installs
    assert not [command for command in installs if "--require-hashes" not in command]


@pytest.mark.parametrize("package", ["pandas", "pyarrow", "evidently", "dvc", "scikit-learn", "xgboost"])
def test_the_serving_lock_stays_small(package: str) -> None:
    assert package not in versions("serve")


def test_what_the_service_imports_at_its_start_is_small() -> None:
    heavy = ("pandas", "pyarrow", "matplotlib", "sklearn", "evidently", "dvc")
    program = f"import sys, service.app; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert loaded.stdout.strip() == "[]", loaded.stdout + loaded.stderr
