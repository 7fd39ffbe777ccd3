"""The Angular services that are made from the schema, and the one that uses them, have types."""

from pathlib import Path

import pytest

from tests.pages import read
from tests.servers.clients.npm import Client
from tests.servers.example import Example


def test_the_service_fits_what_is_generated(example: Example, tmp_path: Path) -> None:
    client = Client("angular", tmp_path)
    schema = client.folder / "openapi.json"
    example.manage("spectacular", "--format", "openapi-json", "--file", str(schema))
    client.run("ng-openapi-gen", "--input", schema.name)
    client.run("npm", "run", "check")
    models = client.folder / "src" / "api" / "models"
    assert "programme_file?: Blob;" in read(models / "event-multipart-request.ts")
    assert "programme_file: (string | null);" in read(models / "event.ts")
    # The check looks at it: a document that may be missing must not be taken for granted.
    service = client.folder / "src" / "event-documents.service.ts"
    careless = read(service).replace("documents[name]?.url", "documents[name].url")
    service.write_text(careless, encoding="utf-8")
    with pytest.raises(AssertionError, match="is possibly 'null'"):
        client.run("npm", "run", "check")
