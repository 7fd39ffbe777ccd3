"""Links that nginx checks by itself, by its module ``secure_link``."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_str

from django_event_pdfs.links.base import Link, MakeLink, Verdict
from django_event_pdfs.links.signed import SignedLinks, escape_name, single_values

# No blank, quote, "$" or backslash: it stands in the configuration of nginx as it is.
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,}")


class NginxSecureLinks(SignedLinks):
    """Links of the form of :class:`SignedLinks`, which nginx alone can check and answer.

    The signature is what ``secure_link_md5 "$arg_expires <name> $arg_filename <secret>"`` makes:
    MD5, base64url without padding. Django judges what nginx refuses, by the same secrets.

    Options: ``secrets``, which nginx and Django share (32 characters or more of ``A-Za-z0-9_-``,
    none of them ``SECRET_KEY``; the first signs, all verify), and those of ``SignedLinks``.
    """

    def __init__(
        self,
        *,
        secrets: Sequence[str] = (),
        max_age: timedelta | int | None = None,
        window: timedelta | int | None = None,
        base_url: str = "",
        filename: bool = True,
    ) -> None:
        super().__init__(max_age=max_age, window=window, base_url=base_url, filename=filename)
        self.secrets = secrets

    @property
    def flaw(self) -> str:
        """What is wrong with ``secrets``, as a sentence that does not tell them; empty: nothing."""
        if not isinstance(self.secrets, list | tuple) or not self.secrets:
            return "'secrets' is no list of secrets."
        if not all(
            isinstance(secret, str) and _SECRET.fullmatch(secret) for secret in self.secrets
        ):
            return "A secret has fewer than 32 characters, or others than A-Z, a-z, 0-9, _ and -."
        of_django = {
            force_str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        }
        if of_django & {*self.secrets}:
            return "A secret is SECRET_KEY, which signs sessions and is no business of nginx."
        return ""

    def maker(self) -> MakeLink:
        expires = self._expiry()
        expires_at = None if expires is None else datetime.fromtimestamp(expires, UTC)
        secret, mount_of = self._sound_secrets[0], cache(self._mount)

        def make(name: str, filename: str = "") -> Link:
            parameters = {} if expires is None else {"expires": str(expires)}
            if filename and self.filename:
                # Not urlencode, whose "+" for a blank means a plus where nginx names the file.
                parameters["filename"] = quote(filename, safe="")
            parameters["signature"] = _sign(name, parameters, secret)
            query = "&".join(f"{key}={value}" for key, value in parameters.items())
            mount = mount_of(name[: name.rfind("/") + 1])
            return Link(f"{mount}{escape_name(name)}?{query}", expires_at)

        return make

    def verify(self, name: str, query: Mapping[str, list[str]]) -> Verdict | None:
        values = single_values(query)
        if values is None or not self._is_genuine(name, values):
            return None
        return Verdict(values.get("filename"), self._remaining(values.get("expires")))

    def _is_genuine(self, name: str, values: dict[str, str]) -> bool:
        given = values.pop("signature", "")
        if "" in values.values():  # It would sign like a link without that parameter.
            return False
        raw = {key: quote(value, safe="") for key, value in values.items()}
        signatures = [_sign(name, raw, secret) for secret in self._sound_secrets]
        return any(constant_time_compare(signature, given) for signature in signatures)

    @cached_property
    def _sound_secrets(self) -> Sequence[str]:
        # Django's checks do not run in a server, and one character would sign, too.
        if self.flaw:
            raise ImproperlyConfigured(f"{self.flaw} See the check event_pdfs.E045.")
        return self.secrets


def _sign(name: str, raw: Mapping[str, str], secret: str) -> str:
    """Return the signature of a link with percent-encoded parameters, as nginx computes it.

    The secret comes last: whoever knows the MD5 of a text can extend it at its end, and then it
    does not end with the secret. The name, which we chose at random, comes before the filename,
    which people choose: so nobody can prepare two texts of one MD5.
    """
    text = f"{raw.get('expires', '')} {name} {raw.get('filename', '')} {secret}"
    digest = hashlib.md5(text.encode()).digest()  # noqa: S324 - nginx knows no other
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
