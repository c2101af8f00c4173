"""The command line. Imports that cost time stand inside the commands: `--version` must answer at once."""

from __future__ import annotations

import argparse
import errno
import gc
import re
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import NoReturn

from reviewer.app import exit_codes
from reviewer.app.steady import discard, is_read, steady_stderr
from reviewer.core.problem import ReviewError
from reviewer.core.progress import Progress
from reviewer.version import VERSION

_PROVIDERS = ("anthropic", "bedrock", "vertex")
#: What argparse says of a value that is not among the choices, and of an option that does not exist.
_WRONG_WORD = re.compile(r"invalid choice: '([^']+)'|unrecognized arguments: (--[^\s=]+)")
_SEVERITIES = ("critical", "high", "medium", "low")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. 0 reviewed, 1 findings at the threshold, 2 could not review, 3 a bug."""
    # What a run makes it keeps to its end: to look for garbage after every 700 objects takes a tenth of a large review.
    gc.set_threshold(100_000)
    with steady_stderr():
        return _ended(build_parser().parse_args(arguments))


def _ended(given: argparse.Namespace) -> int:
    try:
        code = _run(given)
        if sys.stdout is not None:  # it is when it is closed
            sys.stdout.flush()  # here, where it can still be said that there is no room for it
        return code
    except ReviewError as error:
        print(f"stream-review: {error}", file=sys.stderr)
        return exit_codes.COULD_NOT_REVIEW
    except BrokenPipeError:
        return _unread()
    except KeyboardInterrupt:
        print("stream-review: interrupted; nothing was posted.", file=sys.stderr)
        return exit_codes.COULD_NOT_REVIEW
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return _bug()
        print(f"stream-review: the result could not be written ({error.strerror}).", file=sys.stderr)
        discard(sys.stdout)
        return exit_codes.COULD_NOT_REVIEW
    except Exception:  # the one place that turns a bug into its exit code
        return _bug()


def _unread() -> int:
    """Whoever reads the result has seen enough; a pipe that broke anywhere else is a bug, for there is no result then."""
    if sys.stdout is None or is_read(sys.stdout):
        return _bug()
    discard(sys.stdout)
    return exit_codes.REVIEWED


def _bug() -> int:
    import traceback

    traceback.print_exc()
    print("stream-review: this is a bug in stream-review, please report it with the lines above.", file=sys.stderr)
    return exit_codes.BUG


def _run(given: argparse.Namespace) -> int:
    if given.command in ("review", "audit", "map", "eval", "facts"):
        from reviewer.app import wiring

        # --show-prompt writes while the work goes on: a line in motion would stand in the middle of it.
        with closing(wiring.progress(shown=not getattr(given, "show_prompt", False))) as progress:
            return _reviewed(given, progress)
    if given.command in ("rules", "explain"):
        from reviewer.app.catalogue import run as show

        return show(given)
    if given.command == "doctor":
        from reviewer.app.doctor import run as examine

        return examine(given)
    from reviewer.app.action.entry import run as act

    return act()


def _reviewed(given: argparse.Namespace, progress: Progress) -> int:
    from reviewer.app import wiring

    if given.command == "review" and given.pr is not None:
        from reviewer.app.pull_request_command import run as review_pull_request

        return review_pull_request(given, progress)
    if given.command == "map":
        from reviewer.app.map_command import run as draw

        return draw(given, progress)
    if given.command == "eval":
        from reviewer.app.evaluate.command import run as evaluate

        return evaluate(given, progress)
    if given.command == "facts":
        with wiring.parser_pool(progress) as pool:
            from reviewer.app.facts_command import run as tell

            return tell(given, pool.extract_all, progress)
    with wiring.parser_pool(progress) as pool:  # its worker starts while the rest is imported and git answers
        from reviewer.app.review_command import run

        return run(given, pool.extract_all, progress)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line: the whole usage before it would hide it."""

    def error(self, message: str) -> NoReturn:
        """End with 2, the message, the nearest right word, and where all of them are listed."""
        words = f"{message}.{self._hint(message)} See `{self.prog} --help`."
        self.exit(exit_codes.COULD_NOT_REVIEW, f"stream-review: {words}\n")

    def _hint(self, message: str) -> str:
        """The choice, or the option of any command, that is most like the wrong word of the message."""
        import difflib

        wrong = _WRONG_WORD.search(message)
        if wrong is None:
            return ""
        known = self._words("option_strings" if wrong.group(2) else "choices")
        close = difflib.get_close_matches(wrong.group(1) or wrong.group(2), known, n=1, cutoff=0.6)
        return f" Did you mean {close[0]}?" if close else ""

    def _words(self, kind: str) -> list[str]:
        found = [str(word) for action in self._actions for word in getattr(action, kind) or ()]
        below = [
            item for action in self._actions if isinstance(action.choices, dict) for item in action.choices.values()
        ]
        return found + [word for parser in below if isinstance(parser, _Parser) for word in parser._words(kind)]


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = _Parser(
        prog="stream-review",
        description="Reviews changes to Kafka, Kafka Streams and Flink code for data loss, broken order and lost state.",
    )
    parser.add_argument("--version", action="version", version=f"stream-review {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _review(commands.add_parser("review", help="review a change (default: the work tree against the default branch)"))
    _audit(commands.add_parser("audit", help="report every danger in the tree, not only what a change brings"))
    rules = commands.add_parser("rules", help="list the rules")
    rules.add_argument("--format", choices=("table", "json"), default="table")
    explain = commands.add_parser("explain", help="explain one rule")
    explain.add_argument("rule", metavar="RULE-ID")
    _map(
        commands.add_parser(
            "map", help="draw topics and what reads, writes and keeps them; with --base what a change does to them"
        )
    )
    _facts(
        commands.add_parser(
            "facts", help="print what was understood of files, and which rules looked at them; with --base what changed"
        )
    )
    _eval(commands.add_parser("eval", help="review labelled changes and score recall and precision"))
    doctor = commands.add_parser("doctor", help="say what is set up and what is missing")
    doctor.add_argument("--repo", default=".", metavar="DIR")
    doctor.add_argument("--provider", choices=_PROVIDERS, help="look at this one instead of the configured one")
    commands.add_parser("action", help="the container's entry point: reads INPUT_* and the event")
    return parser


def _review(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="*", metavar="PATH", help="gitignore patterns of the files to review")
    parser.add_argument("--base", metavar="REF", help="compare with the merge base of this ref")
    parser.add_argument("--head", metavar="REF", help="review this ref instead of the work tree")
    parser.add_argument("--staged", action="store_true", help="review what is staged")
    parser.add_argument("--pr", metavar="N|URL", help="review a pull request of GitHub; a number belongs to origin")
    parser.add_argument("--post", action="store_true", help="with --pr: write the review to the pull request")
    parser.add_argument("--show-prompt", action="store_true", help="print exactly what would be sent, send nothing")
    parser.add_argument("--diff", metavar="FILE", help="review a unified diff over the tree in --repo; - reads stdin")
    _shared(parser)


def _audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="*", metavar="PATH", help="gitignore patterns of the files to look at")
    _shared(parser)


def _map(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="*", metavar="PATH", help="gitignore patterns of the files whose part is drawn")
    parser.add_argument("--base", metavar="REF", help="show the difference to the merge base of this ref")
    parser.add_argument("--format", choices=("mermaid", "json", "dot"), default="mermaid")
    parser.add_argument("--topic", metavar="NAME", help="only what lies around this topic")
    parser.add_argument(
        "--depth", type=_depth, metavar="N", help="how many readers or writers away from --topic (default: 2)"
    )
    parser.add_argument("--repo", default=".", metavar="DIR", help="the repository (default: here)")


def _facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", metavar="FILE", help="a file of the repository")
    parser.add_argument("--base", metavar="REF", help="compare with the merge base of this ref")
    parser.add_argument("--repo", default=".", metavar="DIR", help="the repository (default: here)")
    parser.add_argument("--format", choices=("terminal", "json"), default="terminal")
    parser.add_argument("--output", metavar="FILE", help="write the result there instead of stdout")


def _eval(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", metavar="CASES", help="a YAML file with cases, or a directory of such files")
    parser.add_argument(
        "--only", metavar="NAME|@FILE", action="append", default=[],
        help="only the case of that name, or those that a file names, one a line; may be repeated",
    )  # fmt: skip
    parser.add_argument("--engine", choices=("auto", "rules", "claude"))
    parser.add_argument("--provider", choices=_PROVIDERS)
    parser.add_argument("--model", help="alias (sonnet, opus, haiku) or model id")
    parser.add_argument("--max-cost-usd", type=_dollars, metavar="USD", help="ceiling for each case")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    parser.add_argument(
        "--record", metavar="DIR", help="write the model's requests there; go on with those that are answered"
    )
    parser.add_argument("--replay", metavar="DIR", help="score with the answers that are recorded there; sends nothing")


def _shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", default=".", metavar="DIR", help="the repository (default: here)")
    parser.add_argument("--engine", choices=("auto", "rules", "claude"))
    parser.add_argument("--provider", choices=_PROVIDERS, help="who answers as Claude (default: anthropic)")
    parser.add_argument("--model", help="alias (sonnet, opus, haiku) or an id of the provider")
    parser.add_argument("--format", choices=("terminal", "json", "sarif", "markdown"), default="terminal")
    parser.add_argument("--output", metavar="FILE", help="write the result there instead of stdout")
    parser.add_argument("--fail-on-severity", choices=(*_SEVERITIES, "none"))
    parser.add_argument("--min-severity", choices=_SEVERITIES)
    parser.add_argument("--min-confidence", choices=("high", "medium", "low"))
    parser.add_argument("--config", metavar="FILE", help="default: .github/stream-review.yml of --repo")
    parser.add_argument(
        "--agent-prompt", metavar="FILE", help="your own agent prompt: Markdown, with or without front matter"
    )
    parser.add_argument("--max-cost-usd", type=_dollars, metavar="USD")


def _depth(text: str) -> int:
    if not text.isdecimal() or len(text) > 4:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 on, and not {text!r}")
    return int(text)


def _dollars(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must be dollars, like 0.50, and not {text!r}") from error
    if not value > 0:
        raise argparse.ArgumentTypeError("must be greater than 0")
    return value


if __name__ == "__main__":
    sys.exit(main())
