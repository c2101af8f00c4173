"""Event sourcing, sagas, choreography."""

from __future__ import annotations

from reviewer.risks.risk import Risk, Section, Seen, checked

EVENTS = Section(
    title="Event sourcing, CQRS, sagas, choreography",
    risks=(
        *checked(),
        Risk(
            id="es-stored-event-mutated",
            seen=Seen.BY_FACTS,
            title="Events that were stored are changed or deleted",
            question="Who has read the old form already, and why is it not corrected by a new event?",
        ),
        Risk(
            id="es-append-without-expected-version",
            seen=Seen.BY_FACTS,
            title="Two commands append to one stream without seeing each other",
            question="What refuses the second of two appends that read the same version?",
        ),
        Risk(
            id="es-snapshot-version-mismatch",
            seen=Seen.WITH_CONTEXT,
            title="A snapshot of an old shape is loaded into the new aggregate",
            question="What tells a snapshot of the old version and discards it?",
        ),
        Risk(
            id="es-upcaster-missing-for-event-change",
            seen=Seen.BY_FACTS,
            title="Stored events can't be read by the changed class",
            question="Which code reads events that were stored in the old form?",
        ),
        Risk(
            id="es-nondeterministic-apply",
            seen=Seen.BY_FACTS,
            title="Replaying the same events gives another state",
            question="Does applying an event read the time, a random number, configuration or another system, or can it refuse an event?",
        ),
        Risk(
            id="es-side-effect-in-replay",
            seen=Seen.WITH_CONTEXT,
            title="A replay sends mails, commands or records again",
            question="What keeps side effects from happening when the events are replayed?",
        ),
        Risk(
            id="cqrs-projection-position-not-atomic",
            seen=Seen.WITH_CONTEXT,
            title="A read model and its position disagree after a crash",
            question="Are row and position written in one transaction, or is writing the row twice harmless?",
        ),
        Risk(
            id="cqrs-projection-rebuild-incomplete",
            seen=Seen.WITH_CONTEXT,
            title="A changed projection is right for new events only",
            question="How do rows of old events get the new form, and is the model emptied when its position goes back?",
        ),
        Risk(
            id="cqrs-read-your-writes-assumed",
            seen=Seen.BY_JUDGEMENT,
            title="A read right after a write sees the old model",
            question="Does this path read a model that the event it just sent has not reached yet?",
        ),
        Risk(
            id="saga-compensation-unsafe",
            seen=Seen.BY_JUDGEMENT,
            title="A compensation undoes what did not happen, or does so twice",
            question="Can the compensation run twice, or for a step whose outcome is unknown?",
        ),
        Risk(
            id="saga-step-without-timeout",
            seen=Seen.WITH_CONTEXT,
            title="A saga waits for ever for a reply",
            question="What happens when the reply never comes, also after a restart?",
        ),
        Risk(
            id="saga-transition-not-atomic-or-guarded",
            seen=Seen.WITH_CONTEXT,
            title="A saga's step is taken twice, or its command is sent and its state is not saved",
            question="Is the transition saved together with what it sends, and only from the state it expects?",
        ),
        Risk(
            id="saga-reply-correlation-ambiguous",
            seen=Seen.WITH_CONTEXT,
            title="A reply is taken for that of another saga",
            question="Does the reply carry an id that only one open saga has?",
        ),
        Risk(
            id="event-correlation-lost",
            seen=Seen.BY_FACTS,
            title="What belongs to one request can't be followed any more",
            question="Does the outgoing record carry the correlation and trace headers of the one that it answers?",
        ),
        Risk(
            id="event-envelope-changed",
            seen=Seen.WITH_CONTEXT,
            title="Readers look for the type, id or payload where it no longer is",
            question="Do all readers of the topic know the new envelope before the first record of it comes?",
        ),
        Risk(
            id="event-type-dispatch-not-total",
            seen=Seen.WITH_CONTEXT,
            title="An event type that nobody handles is skipped in silence",
            question="What does each reader do with a type that it does not know?",
        ),
        Risk(
            id="event-erasure-incomplete",
            seen=Seen.WITH_CONTEXT,
            title="Data that was to be deleted lives on in a topic",
            question="Does the tombstone have the record's very key, is the topic compacted in time, and which copies are left?",
        ),
    ),
)
