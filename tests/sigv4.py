"""AWS Signature Version 4 of a URL, written from AWS's description and not from anyone's code.

"Authenticating Requests: Using Query Parameters (AWS Signature Version 4)", Amazon S3 API
Reference: what the store does with the URL when it comes back.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlsplit


def is_genuine(url: str, secret_key: str, method: str = "GET") -> bool:
    """Return whether the signature of a presigned URL is that of the owner of ``secret_key``."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    signature = query.pop("X-Amz-Signature")
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-SignedHeaders"] == "host"
    _key, day, region, service, ending = query["X-Amz-Credential"].split("/")
    assert (service, ending) == ("s3", "aws4_request")

    encoded = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in query.items())
    canonical_request = "\n".join(
        [
            method,
            quote(unquote(parts.path), safe="/-_.~"),
            "&".join(f"{key}={value}" for key, value in encoded),
            f"host:{parts.netloc}\n",
            "host",
            "UNSIGNED-PAYLOAD",
        ]
    )
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{digest}"

    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), signature)


def life(url: str) -> tuple[datetime, timedelta]:
    """Return when a presigned URL was signed, and how long it lives."""
    query = dict(parse_qsl(urlsplit(url).query))
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return signed, timedelta(seconds=int(query["X-Amz-Expires"]))
