"""The policy for S3 in the documentation is enough, and nothing in it is too much."""

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from tests.pages import DOCS, blocks, rows, section

pytest.importorskip("storages")
boto3 = pytest.importorskip("boto3")
moto = pytest.importorskip("moto")

PAGE = DOCS / "how-to" / "deploy-s3.md"
POLICY = json.loads(blocks(PAGE, "json")[0])
BUCKET, LOCATION = "example-documents", "production"
LARGE = b"x" * (9 * 1024 * 1024)


def read(storage: Storage, name: str) -> None:
    with storage.open(name) as file:
        file.read()


# Moto judges neither an abort nor, rightly, a request that deletes many.
USES = {
    "s3:PutObject": lambda storage: storage.save("b.pdf", ContentFile(LARGE)),
    "s3:GetObject": lambda storage: read(storage, "a.pdf"),
    "s3:DeleteObject": lambda storage: storage.delete("a.pdf"),
    "s3:ListBucket": lambda storage: storage.listdir(""),
}


@pytest.fixture
def store():
    with moto.mock_aws():
        boto3.client("s3", "us-east-1").create_bucket(Bucket=BUCKET)
        key = f"{LOCATION}/a.pdf"
        boto3.client("s3", "us-east-1").put_object(Bucket=BUCKET, Key=key, Body=b"x")
        yield


def allowed_by(policy: Any, use: Any, location: str = LOCATION) -> bool:
    """Return whether somebody with a policy may use a storage so."""
    from botocore.exceptions import ClientError
    from moto.core import set_initial_no_auth_action_count
    from storages.backends.s3 import S3Storage

    iam = boto3.client("iam", "us-east-1")
    iam.create_user(UserName="django")
    iam.put_user_policy(UserName="django", PolicyName="p", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="django")["AccessKey"]
    storage: Storage = S3Storage(
        bucket_name=BUCKET,
        location=location,
        region_name="us-east-1",
        access_key=key["AccessKeyId"],
        secret_key=key["SecretAccessKey"],
    )

    @set_initial_no_auth_action_count(0)
    def attempt() -> bool:
        try:
            use(storage)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("AccessDenied", "403"):
                raise
            return False
        return True

    return attempt()


@pytest.mark.parametrize("action", USES)
def test_the_policy_is_enough(store, action):
    assert allowed_by(POLICY, USES[action])


@pytest.mark.parametrize("action", USES)
def test_nothing_in_it_is_too_much(store, action):
    text = json.dumps(POLICY).replace(f'"{action}"', '"s3:GetBucketLocation"')
    assert not allowed_by(json.loads(text), USES[action])


@pytest.mark.parametrize("action", ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"])
def test_it_opens_nothing_outside_of_the_location(store, action):
    key = "staging/a.pdf"
    boto3.client("s3", "us-east-1").put_object(Bucket=BUCKET, Key=key, Body=b"x")
    assert not allowed_by(POLICY, USES[action], "staging")


def test_every_action_is_explained():
    granted = [s["Action"] for s in POLICY["Statement"]]
    actions = {a for entry in granted for a in ([entry] if isinstance(entry, str) else entry)}
    table = section(PAGE, "The policy")
    assert {row[0] for row in rows(table)} == actions
