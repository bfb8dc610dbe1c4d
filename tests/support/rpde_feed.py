"""A publisher's OpenActive feed: RPDE pages over HTTP, in the order of `modified` and `id`, the last page naming itself."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

TAI_CHI = "https://openactive.io/activity-list#c16df6ed-a4a0-4275-a8c3-1c8cff56856f"
SWIMMING = "https://openactive.io/activity-list#2750229d-b725-4171-9276-376be913957c"


@dataclass(kw_only=True)
class PublishedFeed:
    """`items` by id; `status` other than 200 is what every page is answered with."""

    port: int = 0
    page_size: int = 2
    status: int = 200
    clock: int = 0
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/session-series"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def publish(self, item_id: str, name: str, *, activity: str = TAI_CHI, postcode: str = "SW18 1AA", **more: Any) -> None:
        data = {
            "@type": "SessionSeries",
            "name": name,
            "url": f"https://centre.example.org/{quote(item_id)}",
            "activity": [{"@type": "Concept", "@id": activity}],
            "location": {"@type": "Place", "name": "North Centre", "address": {"postalCode": postcode}},
        }
        self._put(item_id, {"state": "updated", "data": data | more})

    def delete(self, item_id: str) -> None:
        self._put(item_id, {"state": "deleted"})

    def _put(self, item_id: str, item: dict[str, Any]) -> None:
        self.clock += 1
        self.items[item_id] = {"id": item_id, "kind": "SessionSeries", "modified": self.clock, **item}

    def page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        after = (int(query.get("afterTimestamp", ["-1"])[0]), query.get("afterId", [""])[0])
        waiting = sorted((one["modified"], one["id"]) for one in self.items.values())
        shown = [self.items[item_id] for key in waiting if key > after for item_id in (key[1],)][: self.page_size]
        last = (shown[-1]["modified"], shown[-1]["id"]) if shown else after
        following = f"{self.url}?afterTimestamp={last[0]}&afterId={quote(last[1])}"
        return {"items": shown, "next": following, "license": "https://creativecommons.org/licenses/by/4.0/"}


@contextlib.contextmanager
def publishing() -> Iterator[PublishedFeed]:
    """A feed on a free port of this machine."""
    feed = PublishedFeed()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed.asked.append(self.path)
            body = json.dumps(feed.page(parse_qs(urlsplit(self.path).query))).encode()
            self.send_response(feed.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests read what was asked, not a log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    feed.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
