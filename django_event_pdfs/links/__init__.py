"""Links: URLs that open a document in a client that can send no header."""

from django_event_pdfs.links.base import BaseLinks, Link, MakeLink, Verdict
from django_event_pdfs.links.handler import get_links
from django_event_pdfs.links.mounts import (
    FILE_URL_NAME,
    document_views,
    file_mount,
    match_path,
    match_path_info,
    permalink,
    upload_path,
    view_classes,
)
from django_event_pdfs.links.nginx import NginxSecureLinks
from django_event_pdfs.links.permalinks import Permalinks
from django_event_pdfs.links.signed import SignedLinks
from django_event_pdfs.links.storage import StorageLinks

__all__ = [
    "FILE_URL_NAME",
    "BaseLinks",
    "Link",
    "MakeLink",
    "NginxSecureLinks",
    "Permalinks",
    "SignedLinks",
    "StorageLinks",
    "Verdict",
    "document_views",
    "file_mount",
    "get_links",
    "match_path",
    "match_path_info",
    "permalink",
    "upload_path",
    "view_classes",
]
