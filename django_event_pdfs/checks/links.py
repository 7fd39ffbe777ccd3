"""Checks of links whose URLs Django does not answer. They read options, and sign nothing."""

from datetime import timedelta
from typing import Any

from django.core import checks
from django.core.files.storage import Storage

from django_event_pdfs.checks.storage import made_storage
from django_event_pdfs.checks.values import is_duration
from django_event_pdfs.conf import READ_ACCESS, conf, seconds
from django_event_pdfs.delivery import RedirectDelivery, get_delivery
from django_event_pdfs.links import NginxSecureLinks, StorageLinks, get_links
from django_event_pdfs.links.signed import DAY, LIFETIMES
from django_event_pdfs.models import document_models
from django_event_pdfs.signed_urls import asks_to_sign, has_open_urls, url_signer

Messages = list[checks.CheckMessage]


def check_redirect_lifetime(app_configs: Any, **kwargs: Any) -> Messages:
    """E031: redirects to URLs that no store signs, for they would live too long or not at all."""
    delivery = _made(get_delivery)
    if not isinstance(delivery, RedirectDelivery):
        return []
    if is_duration(delivery.max_age, 1) and seconds(delivery.max_age) <= 7 * DAY:
        return []
    return [
        checks.Error(
            f"EVENT_PDFS['DELIVERY']['OPTIONS']['max_age'] is {delivery.max_age!r}.",
            hint="Write a timedelta or whole seconds, from a second to seven days. A redirect is "
            "followed at once: minutes are enough.",
            id="event_pdfs.E031",
        )
    ]


def check_link_lifetime(app_configs: Any, **kwargs: Any) -> Messages:
    """W031: StorageLinks that end before clients are done with them."""
    lifetime = _lifetime(_linked_storage())
    # As long as signed links live: clients store URLs, and these have no way back when expired.
    read_access = conf.read_access if conf.read_access in READ_ACCESS else "permission"
    expected = LIFETIMES[read_access][0]
    if lifetime is None or lifetime >= expected:
        return []
    return [
        checks.Warning(
            f"Links live for {timedelta(seconds=lifetime)} (h:mm:ss): that is how long the "
            "URLs of the storage do. Clients keep them for longer, and then get an error.",
            hint=f"Let them live for {timedelta(seconds=expected)} by the storage's option for it "
            "('querystring_expire' of S3, 'expiration' of Google, 'expiration_secs' of Azure), or "
            "use SignedLinks, whose expired links still open for who may read the document.",
            id="event_pdfs.W031",
        )
    ]


def check_open_links(app_configs: Any, **kwargs: Any) -> Messages:
    """W032: StorageLinks without a signature, where not everybody may read."""
    storage = _linked_storage()
    if conf.read_access == "public" or storage is None or not has_open_urls(storage):
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
    storage = _linked_storage()
    if storage is None or not asks_to_sign(storage):
        return []
    return [
        checks.Warning(
            "Each link is signed by a request to Google ('iam_sign_blob'), and a list of events "
            "has many links.",
            hint="Use SignedLinks, with which only a click costs one, or credentials with a key.",
            id="event_pdfs.W033",
        )
    ]


def check_secrets(app_configs: Any, **kwargs: Any) -> Messages:
    """E045: secrets of NginxSecureLinks that protect nothing. No link is made until then."""
    links = _made(get_links)
    if not isinstance(links, NginxSecureLinks) or not links.flaw:
        return []
    return [
        checks.Error(
            f"EVENT_PDFS['LINKS']['OPTIONS'] of NginxSecureLinks: {links.flaw}",
            hint="Write {'secrets': [os.environ['NGINX_LINK_SECRET']]}, a list, with one made by "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'. nginx has the same.",
            id="event_pdfs.E045",
        )
    ]


def _linked_storage() -> Storage | None:
    """Return the storage whose own URLs are links, None where they are not."""
    if not document_models() or not isinstance(_made(get_links), StorageLinks):
        return None
    storage = made_storage()
    return storage if isinstance(storage, Storage) else None


def _lifetime(storage: Storage | None) -> int | None:
    signer = url_signer(storage) if storage else None
    try:
        return signer.lifetime if signer else None
    except (TypeError, ValueError):  # An option of the storage that is no number.
        return None


def _made(make: Any) -> Any:
    """Return a backend, None where it cannot be made, which other checks say."""
    try:
        return make()
    except Exception:
        return None
