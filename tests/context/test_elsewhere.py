"""What a request's changed lines refer to in files of the change that another request is about."""

from __future__ import annotations

from context.test_units import file_change, numbered

from reviewer.context.render import render_unit
from reviewer.context.units import build_units
from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.syntax import SyntaxFacts

LOOP = """class Loop extends Base {
  void start() {
    committer = new Committer(@, retries);
  }
  void stop() {
    @;
  }
}
"""
COMMITTER = """class Committer {
  Committer(boolean isAsync, int retries) {
    this.isAsync = isAsync;
  }
  void unrelated() {
  }
@PADDING@
}
"""
PADDING = "".join(f"  void other{n}() {{\n    step{n}();\n  }}\n" for n in range(300))
BASE = f"class Base {{\n  void stop() {{\n    commitLast();\n  }}\n{PADDING}}}\n"


def requests(*changes: FileChange, ignored: str = "") -> dict[str, str]:
    """First path of a unit -> its text, with everything that can be parsed parsed but what is ignored."""

    def facts(side: Side) -> dict[str, SyntaxFacts]:
        texts = {change.path: change.text(side) for change in changes if change.path != ignored}
        return {path: extract(path, text, side) for path, text in texts.items() if text is not None}

    change_set = ChangeSet(base="a", head="b", files=changes)
    hunks = [(change.path, hunk) for change in changes for hunk in change.hunks if change.path != ignored]
    plan = build_units(change_set, hunks, facts(Side.AFTER), facts(Side.BEFORE), (), lambda _path: (), ())
    return {unit.paths[0]: render_unit(unit) for unit in plan.units}


def loop() -> FileChange:
    return file_change("a/src/Loop.java", LOOP.replace("@", "flush()"), LOOP.replace("@", "close()"))


def big(path: str) -> FileChange:
    """A change that makes a request of its own."""
    return file_change(path, None, numbered(1500, 40))


def test_the_constructor_that_a_changed_line_calls_is_shown_where_it_is_called() -> None:
    after = COMMITTER.replace("@PADDING@\n", PADDING)
    changed = file_change("b/src/Committer.java", after.replace("step200()", "step()"), after)
    texts = requests(loop(), changed, big("c/src/Big.txt"))
    mine = texts["a/src/Loop.java"]
    assert "`Committer.Committer`, constructed in line 3 of Loop.java" in mine
    assert "this.isAsync = isAsync;" in mine and "other7()" not in mine


def test_a_base_method_that_the_change_takes_away_is_shown_as_it_was() -> None:
    after = BASE.replace("  void stop() {\n    commitLast();\n  }\n", "")
    texts = requests(loop(), file_change("b/src/Base.java", BASE, after), big("c/src/Big.txt"))
    mine = texts["a/src/Loop.java"]
    assert "b/src/Base.java LEFT\n--- 2-4: " in mine and "gone after the change" in mine and "commitLast();" in mine


def test_a_name_that_two_files_define_is_not_taken_for_one_of_them() -> None:
    other = [
        file_change(f"{m}/src/Committer.java", None, COMMITTER.replace("@PADDING@\n", PADDING)) for m in ("b", "c")
    ]
    assert "constructed in line" not in requests(loop(), *other, big("d/src/Big.txt"))["a/src/Loop.java"]


STORE = "".join(f"    offsets.put(partition{n}, next{n});\n" for n in range(9))


def test_where_moved_code_stood_before_is_shown_though_another_request_is_about_it() -> None:
    old = f"class Loop {{\n  void keep() {{\n{STORE}  }}\n{PADDING}}}\n"
    without = f"class Loop {{\n  void keep() {{\n    keeper.keep();\n  }}\n{PADDING}}}\n"
    new = file_change("b/src/Keeper.java", None, f"class Keeper {{\n  void keep() {{\n{STORE}  }}\n}}\n")
    texts = requests(file_change("a/src/Loop.java", old, without), new, big("c/src/Big.txt"))
    mine = texts["b/src/Keeper.java"]
    assert "stood here before the change, which has the same lines in Keeper.java now" in mine
    loop_ = file_change("a/src/Loop.java", old, without)
    unseen = requests(loop_, new, big("c/src/Big.txt"), ignored="a/src/Loop.java")["b/src/Keeper.java"]
    assert "stood here before" not in unseen
    assert "L3|    offsets.put(partition0, next0);" in mine


def test_moved_code_is_known_again_in_another_format_and_cut_where_it_is_long() -> None:
    steps = "".join(f"{' ' * 60}offsets.put(partition{n},next{n});\n" for n in range(70))
    old = f"class Loop {{\n  void keep() {{\n{steps}  }}\n{PADDING}}}\n"
    without = f"class Loop {{\n  void keep() {{\n    keeper.keep();\n  }}\n{PADDING}}}\n"
    tidy = "".join(f"    offsets.put( partition{n}, next{n} );\n" for n in range(70))
    new = file_change("b/src/Keeper.java", None, f"class Keeper {{\n  void keep() {{\n{tidy}  }}\n}}\n")
    mine = requests(file_change("a/src/Loop.java", old, without), new, big("c/src/Big.txt"))["b/src/Keeper.java"]
    assert "stood here before the change" in mine
    assert "partition0,next0" in mine and "partition69,next69" not in mine


def test_lines_that_only_look_alike_did_not_move() -> None:
    few = "".join(f"    offsets.put(partition{n}, next{n});\n" for n in range(4)) + "  }\n" * 12
    old = f"class Loop {{\n  void keep() {{\n{few}{PADDING}}}\n"
    new = file_change("b/src/Keeper.java", None, f"class Keeper {{\n  void keep() {{\n{few}}}\n")
    texts = requests(file_change("a/src/Loop.java", old, f"class Loop {{\n{PADDING}}}\n"), new, big("c/src/Big.txt"))
    assert "stood here before" not in texts["b/src/Keeper.java"]


def test_a_licence_that_many_files_begin_with_did_not_move() -> None:
    licence = "/*\n" + "".join(f" * Words of the licence, line {n}.\n" for n in range(9)) + " */\n"
    imports = "".join(f"    import static org.example.Kept{n};\n" for n in range(9))
    old = file_change("a/src/Loop.java", f"{licence}{imports}class Loop {{\n{PADDING}}}\n", None)
    new = file_change("b/src/Keeper.java", None, f"{licence}{imports}class Keeper {{\n}}\n")
    assert "stood here before" not in requests(old, new, big("c/src/Big.txt"))["b/src/Keeper.java"]
