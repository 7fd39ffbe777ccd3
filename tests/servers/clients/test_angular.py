"""The Angular services that are made from the schema, and the one that uses them, have types."""

from pathlib import Path

from tests.pages import read
from tests.servers.clients.npm import Client
from tests.servers.example import Example

# The check would fail without these errors.
CARELESS = """
import type { Event } from './api/models';

declare const event: Event;

// @ts-expect-error There may be no document.
event.documents.programme_file.url;
// @ts-expect-error There is no such document.
event.documents.poster_file;
"""


def test_the_service_fits_what_is_generated(example: Example, tmp_path: Path) -> None:
    client = Client("angular", tmp_path)
    schema = client.folder / "openapi.json"
    example.manage("spectacular", "--format", "openapi-json", "--file", str(schema))
    client.run("ng-openapi-gen", "--input", schema.name)
    (client.folder / "src" / "careless.ts").write_text(CARELESS, encoding="utf-8")
    client.run("npm", "run", "check")
    models = client.folder / "src" / "api" / "models"
    assert "programme_file?: Blob;" in read(models / "event-multipart-request.ts")
    assert "programme_file: (string | null);" in read(models / "event.ts")
