"""The Postman collection, run by newman."""

import json
from pathlib import Path

from django_event_pdfs.testing import make_pdf
from tests.servers.clients.npm import Client
from tests.servers.example import Example


def test_every_request_of_the_collection_is_answered_as_it_says(
    example: Example, tmp_path: Path
) -> None:
    client = Client("postman", tmp_path)
    (client.folder / "programme.pdf").write_bytes(make_pdf(pages=2))
    (client.folder / "hello.pdf").write_text("hello")
    client.run(
        *("newman", "run", "events.postman_collection.json", "--env-var", f"site={example.origin}"),
        *("--reporters", "json", "--reporter-json-export", "report.json"),
    )
    report = json.loads((client.folder / "report.json").read_text(encoding="utf-8"))
    stats = report["run"]["stats"]
    assert stats["requests"]["total"] == requests_of("events.postman_collection.json", client)
    assert stats["assertions"]["total"] > stats["requests"]["total"]
    assert stats["assertions"]["failed"] == 0


def requests_of(name: str, client: Client) -> int:
    collection = json.loads((client.folder / name).read_text(encoding="utf-8"))
    return sum(len(folder["item"]) for folder in collection["item"])
