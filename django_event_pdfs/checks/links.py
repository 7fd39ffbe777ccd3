"""Checks of links that are the storage's own URLs. They read its options and sign nothing."""

from datetime import timedelta
from typing import Any

from django.core import checks

from django_event_pdfs.conf import conf
from django_event_pdfs.links import StorageLinks, get_links
from django_event_pdfs.links.signed import LIFETIMES
from django_event_pdfs.models import document_models
from django_event_pdfs.signed_urls import asks_to_sign, has_open_urls, url_signer
from django_event_pdfs.storage import document_storage

Messages = list[checks.CheckMessage]


def check_link_lifetime(app_configs: Any, **kwargs: Any) -> Messages:
    """W031: StorageLinks that end before clients are done with them."""
    signer = url_signer(document_storage()) if _uses_storage_links() else None
    # As long as signed links live: clients store URLs, and these have no way back when expired.
    expected = LIFETIMES.get(conf.read_access, LIFETIMES["permission"])[0]
    if signer is None or signer.lifetime >= expected:
        return []
    return [
        checks.Warning(
            f"Links live for {timedelta(seconds=signer.lifetime)} (h:mm:ss): that is how long the "
            "URLs of the storage do. Clients keep them for longer, and then get an error.",
            hint=f"Let them live for {timedelta(seconds=expected)} by the storage's option for it "
            "('querystring_expire' of S3, 'expiration' of Google, 'expiration_secs' of Azure), or "
            "use SignedLinks, whose expired links still open for who may read the document.",
            id="event_pdfs.W031",
        )
    ]


def check_open_links(app_configs: Any, **kwargs: Any) -> Messages:
    """W032: StorageLinks without a signature, where not everybody may read."""
    if conf.read_access == "public" or not _uses_storage_links():
        return []
    if not has_open_urls(document_storage()):
        return []
    return [
        checks.Warning(
            f"READ_ACCESS is {conf.read_access!r}, and links carry no signature: whoever has one "
            "reads the document for as long as it exists.",
            hint="Use SignedLinks, or let the storage sign its URLs. If something before the files "
            "asks who may read, or random names are protection enough, silence this check.",
            id="event_pdfs.W032",
        )
    ]


def check_signing_by_network(app_configs: Any, **kwargs: Any) -> Messages:
    """W033: StorageLinks that each cost a request, as those of a list do by the hundred."""
    if not _uses_storage_links() or not asks_to_sign(document_storage()):
        return []
    return [
        checks.Warning(
            "Each link is signed by a request to Google ('iam_sign_blob'), and a list of events "
            "has many links.",
            hint="Use SignedLinks, with which only a click costs one, or credentials with a key.",
            id="event_pdfs.W033",
        )
    ]


def _uses_storage_links() -> bool:
    return bool(document_models()) and isinstance(get_links(), StorageLinks)
