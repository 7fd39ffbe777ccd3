"""Whether the files outlive a restart and a deploy."""

import os
from collections.abc import Mapping

from django.core.files.storage import FileSystemStorage, InMemoryStorage

from django_event_pdfs.maintenance.doctor.case import Case
from django_event_pdfs.maintenance.doctor.diagnosis import (
    Diagnosis,
    Outcome,
    diagnose,
    fine,
    problem,
    skipped,
)
from django_event_pdfs.maintenance.doctor.mounts import mount_of, mountinfo

#: Platforms whose disks are empty after each deploy, by a variable that each of them sets.
PLATFORMS = {
    "DYNO": "Heroku",
    "RENDER": "Render",
    "FLY_APP_NAME": "Fly.io",
    "K_SERVICE": "Cloud Run",
    "GAE_INSTANCE": "App Engine",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
    "VERCEL": "Vercel",
    "RAILWAY_ENVIRONMENT_ID": "Railway",
    "RAILWAY_ENVIRONMENT_NAME": "Railway",
    "WEBSITE_SITE_NAME": "Azure App Service",
}

_CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - looked at, not written to
_IN_MEMORY = ("tmpfs", "ramfs")

_CURE = (
    "Put the documents on a disk that stays (a volume, mounted at this path), or into an object "
    "store: name its storage in STORAGES, and move what is there first."
)


def examine(case: Case) -> list[Diagnosis]:
    """Examine where a storage in memory or in the file system keeps its files."""
    storage = case.storage
    if isinstance(storage, InMemoryStorage):
        return [diagnose("lasting", "memory", _in_memory)]
    if not isinstance(storage, FileSystemStorage):
        return []
    path = os.path.realpath(storage.location)
    return [
        diagnose("lasting", path, lambda: lasting(path, mountinfo(), os.environ, _in_container()))
    ]


def lasting(path: str, mounts: str, environ: Mapping[str, str], in_container: bool) -> Outcome:
    """Say whether files at a real path last, by the system's mounts and its environment."""
    if temporary := next((t for t in _TEMPORARY if _is_below(path, t)), None):
        return problem(f"The system empties {temporary} now and then: documents vanish.", _CURE)
    mount = mount_of(path, mounts)
    if mount is None:
        return skipped("This system does not tell how its disks are mounted.")
    if mount.kind in _IN_MEMORY:
        return problem(
            f"{mount.point} is memory ({mount.kind}): documents vanish at the next restart.", _CURE
        )
    if "kubernetes.io~empty-dir" in mount.root:
        return problem(
            f"{mount.point} is an emptyDir: documents vanish with the pod.",
            "Mount a PersistentVolumeClaim there instead, or store in an object store.",
        )
    return _on_root(mount.kind, environ, in_container) if mount.point == "/" else fine()


def _on_root(kind: str, environ: Mapping[str, str], in_container: bool) -> Outcome:
    """Judge files beside the code, on no mount of their own."""
    platform = next((name for key, name in PLATFORMS.items() if environ.get(key)), None)
    if platform:
        return problem(f"{platform} wipes this disk: documents vanish at the next deploy.", _CURE)
    if in_container or kind == "overlay":
        return problem(
            "The files are in the container itself: documents vanish when it is made anew, at the "
            "next deploy.",
            _CURE,
        )
    return fine()


def _in_memory() -> Outcome:
    return problem(
        "This storage keeps files in the memory of one process: documents vanish with it, and "
        "other processes never see them.",
        "Name a storage that lasts in STORAGES: Django's FileSystemStorage, or one of "
        "django-storages for an object store.",
    )


def _in_container() -> bool:
    marked = any(os.path.exists(path) for path in _CONTAINER_FILES)
    return marked or "KUBERNETES_SERVICE_HOST" in os.environ


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
