"""How often somebody may ask: a bucket of tokens for each key, shared by all instances through the database."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Boolean, Column, DateTime, Double, Index, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncEngine

from enrolment.storage.metadata import METADATA

# Unlogged: a crash of the server empties it, which fills everybody's bucket. Keys are hashes: they may be addresses of people.
ALLOWANCES = Table(
    "request_allowances",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("tokens", Double, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("request_allowances_to_forget", "at"),
    prefixes=["UNLOGGED"],
)
# Times are the database's: instances need not agree on theirs. Each request clears a few of the buckets that are full again.
_COUNT = text(
    """
WITH forgotten AS (
  DELETE FROM request_allowances WHERE key IN (
    SELECT key FROM request_allowances WHERE at < clock_timestamp() - interval '1 hour' AND key <> :key
    ORDER BY at LIMIT 10 FOR UPDATE SKIP LOCKED
  )
)
INSERT INTO request_allowances AS a (key, tokens, refused, at) VALUES (:key, :burst - 1, false, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET (tokens, refused, at) = (
  SELECT CASE WHEN f.tokens >= 1 THEN f.tokens - 1 ELSE f.tokens END, f.tokens < 1, f.now
  FROM (
    SELECT least(:burst, a.tokens + greatest(0, extract(epoch FROM n.now - a.at)) * :per_second) AS tokens, n.now
    FROM (SELECT clock_timestamp() AS now) n
  ) f
)
RETURNING tokens, refused
"""
)


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """`burst` requests at once, and `per_second` over time, for each key of `name`. A full bucket takes an hour at most."""

    engine: AsyncEngine
    name: str
    per_second: float
    burst: int

    async def __call__(self, key: str) -> float:
        """Count one request: 0 if it may go on, else how many seconds to wait."""
        hashed = sha256(f"{self.name} {key}".encode()).hexdigest()
        asked = {"key": hashed, "burst": float(self.burst), "per_second": self.per_second}
        async with self.engine.begin() as conn:
            row = (await conn.execute(_COUNT, asked)).one()
        return float((1 - row.tokens) / self.per_second) if row.refused else 0.0
