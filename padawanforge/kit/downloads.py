"""Files that people have sent, given out so that nothing in them can act."""

from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header


@dataclass(frozen=True, slots=True)
class Download:
    """`stored` is the name in the storage, `name` what it is saved under; `is_shown`: a browser may draw it."""

    stored: str
    name: str
    content_type: str
    etag: str
    is_shown: bool = False


def give_out(request: HttpRequest, download: Download) -> HttpResponse:
    """Ask for the right each time before this; only the bytes are kept by the browser."""
    unchanged = get_conditional_response(request, etag=download.etag)
    if unchanged is not None and unchanged.status_code == 304:
        return unchanged
    try:
        with default_storage.open(download.stored) as stored:
            data = stored.read()
    except FileNotFoundError:
        raise Http404 from None
    is_text = download.content_type.startswith("text/")
    charset = "; charset=utf-8" if is_text else ""
    response = HttpResponse(data, content_type=f"{download.content_type}{charset}")
    # Django says nothing for a nameless file that is shown.
    saved = content_disposition_header(not download.is_shown, download.name)
    response["Content-Disposition"] = saved or "inline"
    response["ETag"] = download.etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    # Whatever it is: opened by itself it runs nothing, loads nothing and belongs to nobody.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
