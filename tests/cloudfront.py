"""CloudFront, as far as a signed URL goes: what it does before it looks for the file.

"Creating a signed URL using a canned policy", Amazon CloudFront Developer Guide.
"""

from base64 import b64decode
from datetime import UTC, datetime
from functools import cache
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_ID = "K2JCJMDEHXQW5F"
DOMAIN = "d111111abcdef8.cloudfront.net"


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem() -> str:
    return (
        private_key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        .decode()
    )


def opens(url: str, at: datetime | None = None) -> bool:
    """Return whether the edge would let a request through, knowing nothing but the public key."""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", DOMAIN)
    fields, given = [], {}
    for field in parts.query.split("&"):
        name = field.partition("=")[0]
        # The three that are added to the URL that was signed, each at its end.
        given |= parse_qs(field) if name in ("Expires", "Signature", "Key-Pair-Id") else {}
        fields += [] if name in ("Expires", "Signature", "Key-Pair-Id") else [field]
    resource = f"https://{DOMAIN}{parts.path}" + (f"?{'&'.join(fields)}" if any(fields) else "")
    expires = int(given["Expires"][0])
    # The canned policy, without any white space.
    policy = (
        f'{{"Statement":[{{"Resource":"{resource}",'
        f'"Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'
    )
    signature = b64decode(given["Signature"][0].translate(str.maketrans("-_~", "+=/")))
    try:
        private_key().public_key().verify(
            signature,
            policy.encode(),
            padding.PKCS1v15(),
            hashes.SHA1(),  # which is what CloudFront uses
        )
    except InvalidSignature:
        return False
    moment = at or datetime.now(UTC)
    return given["Key-Pair-Id"] == [KEY_ID] and moment.timestamp() < expires
