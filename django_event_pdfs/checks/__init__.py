"""System checks: what is misconfigured, found before a user finds it. No network."""

from django.core.checks import Tags, register

from django_event_pdfs.checks import (
    backends,
    delivery,
    fields,
    folders,
    links,
    models,
    rest,
    settings,
    storage,
    urls,
)

OF_MODELS = (
    models.check_has_documents,
    models.check_event_meta,
    models.check_history,
    models.check_managed,
    models.check_database_cascade,
    fields.check_max_length,
    fields.check_facts_column,
    fields.check_default,
    fields.check_storage_argument,
    folders.check_folders,
    folders.check_shared_folders,
)
OF_URLS = (
    urls.check_event_model,
    urls.check_file_mount,
    urls.check_one_viewset,
    urls.check_unsigned_access,
)
OF_SETTINGS = (
    settings.check_is_dict,
    settings.check_keys,
    settings.check_read_access,
    settings.check_allow,
    settings.check_inspection,
    settings.check_limits,
    settings.check_texts,
    settings.check_keep_replaced,
    settings.check_holders,
    backends.check_scanner,
    backends.check_links,
    backends.check_links_options,
    backends.check_delivery,
    backends.check_delivery_options,
    links.check_redirect_lifetime,
    links.check_link_lifetime,
    links.check_open_links,
    links.check_signing_by_network,
    links.check_secrets,
    delivery.check_local_paths,
    rest.check_orjson,
    storage.check_storage_alias,
    storage.check_storage_backend,
    storage.check_published_storage,
    storage.check_location,
)


def register_checks() -> None:
    """Register every check of this package with Django."""
    for check in OF_MODELS:
        register(check, Tags.models)
    for check in OF_URLS:
        register(check, Tags.urls)
    for check in OF_SETTINGS:
        register(check)
