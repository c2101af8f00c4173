"""What is said of a step of the bookkeeping that is left out, by what it did and to what."""

from __future__ import annotations

from reviewer.core.finding import Category
from reviewer.facts.streaming.bookkeeping import Kept, Verb
from reviewer.rules.checks.left_out import LeftOut, Unset
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit

_KEEP = "Keep {text} in {function}(), or do the same where {user}() reads {holder}."
_STALE = "{text} is gone from {function}(){place}: entries stay in {holder}, and {user}() still goes by them."
_UNKNOWN = (
    "{text} is gone from {function}(){place}: {holder} does not learn of it, and {user}() still goes by {holder}."
)
_FORGET = {
    Kept.OFFSETS: (
        "{function}() has settled an offset, and its entry in {holder} stays.",
        "Newer offsets are committed; then {user}() takes the old entry for one that is still due.",
        "The older offset replaces the newer one -> after the next rebalance or restart records are read a second time.",
    ),
    Kept.PARTITIONS: (
        "A partition is dealt with, or given to another member, and stays in {holder}.",
        "{user}() deals with it once more.",
        "By then it is elsewhere, or has come back with new records -> the client refuses the call and the consumer stops, or what belongs to the new assignment is dropped or read twice.",
    ),
    Kept.WORK: (
        "{function}() is through with what {holder} holds, and leaves it there.",
        "{user}() finds it again.",
        "Work that is over counts as open: commits wait for it, or it is handed on a second time -> records take effect twice.",
    ),
    Kept.CHECKPOINT: (
        "{function}() is through with what {holder} holds, and leaves it there.",
        "{user}() takes it for what is current, at the next checkpoint or restore.",
        "What was settled before comes back -> it is written or read a second time.",
    ),
}  # fmt: skip
_REMEMBER = {
    Kept.OFFSETS: (
        "Records are done, and {function}() does not note how far in {holder}.",
        "{user}() goes by what {holder} knew before.",
        "The newest offsets are not committed, or not kept alive -> after a restart these records are processed again.",
    ),
    Kept.PARTITIONS: (
        "{function}() changes what is done with some partitions, and {holder} is not told.",
        "{user}() asks {holder}, and does not find them.",
        "They are left out there: not resumed, not read, not given back -> their records wait while everything looks healthy.",
    ),
    Kept.WORK: (
        "{function}() starts or takes over work that {holder} does not know.",
        "{user}() asks {holder} what is still open, and this work is not in it.",
        "Offsets behind it are committed before it is done; the process is killed -> it is lost.",
    ),
    Kept.CHECKPOINT: (
        "{function}() changes what has to be saved, and {holder} is not told.",
        "{user}() goes by {holder} at the next checkpoint.",
        "What is missing in it is not there after a restore -> it is lost, or done again.",
    ),
}  # fmt: skip
_BEFORE_COMMIT = Words(
    "{text} is gone from {function}(): {commit} behind it commits what was known before.",
    (
        "Records are finished after the last time that {text} ran.",
        "{function}() goes on to {commit}, which does not know of them.",
        "The partitions go to another member, or the process starts again, at the older offsets -> what had finished is processed a second time.",
    ),
    "Call {text} before {commit}.",
)
_DONE = Words(
    "{text} is gone from {function}(){place}: what takes this way is never marked as done, while {user}() still waits for the mark.",
    (
        "A record, or a set of records, comes this way through {function}().",
        "Nothing says that it is done, and its offset stays open.",
        "Commits stop in front of it, or go past it unseen; what waits for the acknowledgement waits for ever -> after a restart everything behind it is read again.",
    ),
    "Call {text} on this way too.",
)
_COMPLETE = Words(
    "{text} is gone from {function}(){place}: nothing says any more when {holder} is complete.",
    (
        "Records are put into {holder} one after the other, and some of them are answered meanwhile.",
        "Nothing says that all of them are in: {holder} counts as done when the first ones are, or never.",
        "Offsets of records that are still under way are committed, or commits stop -> records are lost, or all of them are read again.",
    ),
    "Call {text} when the last record is in.",
)
_RESTORE = Words(
    "{text} is gone from {function}(): {holder} begins empty when the rest is restored.",
    (
        "The process, or the job, starts again from what was saved.",
        "{function}() restores the rest, and {holder} begins without what it knew.",
        "{user}() decides by an empty {holder} -> what it had counted or seen before is forgotten: it is done again, or not at all.",
    ),
    "Keep {text} in {function}().",
)
_TOLD = Words(
    "{text} is gone from {function}(): {holder} is not told of partitions that are {event}, and {user}() still goes by it.",
    (
        "A rebalance comes, and {function}() runs.",
        "{holder} keeps the picture from before it.",
        "{user}() goes by that picture: offsets and work of partitions that are elsewhere by now count as its own -> they are committed, awaited or done twice.",
    ),
    "Call {text} in {function}() again.",
)
_CATEGORIES = {Kept.PARTITIONS: Category.OPERATIONS, Kept.CHECKPOINT: Category.STATE_CONSISTENCY}


def hit_of(found: LeftOut) -> Hit:
    """The hit for a step that is left out."""
    words, category = _words(found)
    short_user, short_home = (name.rpartition(".")[2] for name in (found.user, found.function))
    return words.hit(
        f"{found.function}/{found.holder or 'own'}.{found.call.name} left out", found.span, text=f"`{found.text}`", function=short_home,
        holder=f"`{found.holder}`" if found.holder else "the object", user=short_user, commit=f"`{found.commit}`", event=found.event,
        place=f" {found.place}" if found.place else "", category=category, group=f"{found.holder or 'own'}.{found.call.name}",
    )  # fmt: skip


def hit_of_unset(found: Unset) -> Hit:
    """The hit for a variable that is not set back."""
    short_user, short_home = (name.rpartition(".")[2] for name in (found.user, found.function))
    return Words(_STALE, _FORGET[found.kept], _KEEP).hit(
        f"{found.function}/{found.holder} not emptied", found.span, text=f"`{found.text}`", function=short_home, holder=f"`{found.holder}`",
        user=short_user, place="", category=Category.STATE_CONSISTENCY, group=f"{found.holder} not emptied",
    )  # fmt: skip


def _words(found: LeftOut) -> tuple[Words, Category]:
    match found.verb:
        case Verb.RESTORE:
            return _RESTORE, Category.STATE_CONSISTENCY
        case Verb.DONE:
            if found.holder and found.call.name == "complete":
                return _COMPLETE, Category.DATA_LOSS
            return _DONE, Category.DUPLICATES
        case Verb.FORGET:
            return Words(_STALE, _FORGET[found.kept], _KEEP), _CATEGORIES.get(found.kept, Category.DUPLICATES)
        case Verb.REMEMBER:
            if found.commit and found.kept is Kept.OFFSETS:
                return _BEFORE_COMMIT, Category.DUPLICATES
            return Words(_UNKNOWN, _REMEMBER[found.kept], _KEEP), _CATEGORIES.get(found.kept, Category.DUPLICATES)
        case _:
            return _TOLD, Category.STATE_CONSISTENCY
