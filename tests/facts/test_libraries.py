"""The tables of client libraries: every one is listed, and is loaded only for its languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import reviewer.clients
from reviewer.clients.library import Library
from reviewer.clients.registry import MODULES, Libraries, all_libraries, library

FOLDER = Path(reviewer.clients.__path__[0])
NO_TABLES = {"__init__", "library", "registry"}


def test_every_table_of_the_folder_is_listed_under_the_languages_that_it_names() -> None:
    listed = {name for names in MODULES.values() for name in names}
    assert listed == {path.stem for path in FOLDER.glob("*.py")} - NO_TABLES
    assert {(lang, lib.id) for lib in all_libraries() for lang in lib.languages} == {
        (language, name.replace("_", "-")) for language, names in MODULES.items() for name in names
    }


@pytest.mark.parametrize("made", all_libraries(), ids=lambda made: made.id)
def test_a_table_says_what_the_facts_ask_for(made: Library) -> None:
    assert library(made.id) is made
    kinds = {*made.types.values(), *made.receiver_names}
    kinds |= {"consumer", "producer"} if "both" in kinds else set()
    assert {row.client for row in made.operations} <= kinds, "an operation of a client that no type and no name is"
    assert made.coordinates and made.imports and made.title


def test_an_import_belongs_to_a_library_up_to_a_whole_name() -> None:
    libraries = Libraries()
    assert [found.id for found in libraries.imported_by(["kafka.errors"], "python")] == ["kafka-python"]
    assert libraries.imported_by(["kafkaesque"], "python") == ()
    assert libraries.imported_by(["kafka"], "java") == ()


def test_a_review_of_one_language_loads_no_table_of_another() -> None:
    script = (
        "import sys\n"
        "from reviewer.clients.registry import Libraries\n"
        "Libraries().imported_by(['aiokafka'], 'python')\n"
        "print('reviewer.clients.aiokafka' in sys.modules, 'reviewer.clients.spring_kafka' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
