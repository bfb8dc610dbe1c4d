"""Which part of a recording belongs to the next events: the recorded rows and messages, in even shares."""

from collections.abc import Iterator
from typing import Any

from benchmarks.recording import ServiceRecording, TableWrites


class Share:
    """Hands out rows, updates and messages so that all are used up when the last event has been read."""

    def __init__(self, recording: ServiceRecording) -> None:
        self._recording = recording
        self._read = 0

    @property
    def is_used_up(self) -> bool:
        """Whether as many events were read as in the recorded run."""
        return self._read >= self._recording.events_read

    def next(self, events: int) -> "Portion":
        """Return what belongs to the next so many events."""
        begin, self._read = self._read, min(self._read + events, self._recording.events_read)
        return Portion(self._recording, begin / self._recording.events_read, self._read / self._recording.events_read)


class Portion:
    """Rows to insert, keys of rows to update, and messages to publish."""

    def __init__(self, recording: ServiceRecording, begin: float, end: float) -> None:
        self._recording = recording
        self._begin = begin
        self._end = end

    def inserts(self) -> Iterator[tuple[TableWrites, list[tuple[Any, ...]]]]:
        """Yield each table with the rows to insert."""
        for table in self._recording.tables:
            rows = table.rows[round(self._begin * len(table.rows)) : round(self._end * len(table.rows))]
            if rows:
                yield table, rows

    def updates(self) -> Iterator[tuple[TableWrites, list[tuple[Any, ...]]]]:
        """Yield each table with the keys of the rows to update; they have been inserted by then."""
        for table in self._recording.tables:
            count = round(self._end * table.updates) - round(self._begin * table.updates)
            there = round(self._end * len(table.rows))
            if count and there and set(table.key) <= set(table.columns):
                at = [table.columns.index(name) for name in table.key]
                yield table, [tuple(table.rows[(there - 1 - index) % there][place] for place in at) for index in range(count)]

    def messages(self) -> list[tuple[str, dict[str, str], bytes]]:
        """Return the messages to publish."""
        published = self._recording.published
        return published[round(self._begin * len(published)) : round(self._end * len(published))]
