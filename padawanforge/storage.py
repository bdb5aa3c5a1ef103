"""Where uploaded files lie: a folder beside the database, or a bucket that speaks the protocol of S3."""

import importlib.util
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from padawanforge import env

LOCAL = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
KNOWN = ("local", "s3")


def chosen() -> dict[str, Any]:
    """The storage that the environment asks for, as Django's STORAGES wants it."""
    if env.choice("STORAGE", "local", KNOWN) == "local":
        return LOCAL
    if importlib.util.find_spec("storages") is None:
        raise ImproperlyConfigured("STORAGE=s3 needs more packages: pip install -r requirements/s3.txt")
    if not (bucket := env.text("S3_BUCKET")):
        raise ImproperlyConfigured("STORAGE=s3 needs S3_BUCKET, the name of the bucket.")
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.text("S3_ENDPOINT") or None,
        "region_name": env.text("S3_REGION") or None,
        "access_key": env.secret("S3_ACCESS_KEY") or None,
        "secret_key": env.secret("S3_SECRET_KEY") or None,
        "signature_version": "s3v4",
        # A server of one's own rarely has a name for each bucket.
        "addressing_style": "path" if env.text("S3_ENDPOINT") else "auto",
        # Nothing in it is for everybody: files are handed out by our own views, which ask who may see them.
        "default_acl": None,
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
