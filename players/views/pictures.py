from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from padawanforge.kit import access
from padawanforge.kit.uploads import SIZES, stored

YEAR_SECONDS = 365 * 86_400


@access.public
@require_safe
def picture(request: HttpRequest, name: str, size: str) -> HttpResponse:
    """A stored picture. Whoever knows its name may see it: the name is told to those only who may."""
    data = stored(name, int(size)) if int(size) in SIZES else None
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type="image/webp")
    # The name never means another picture.
    response["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
