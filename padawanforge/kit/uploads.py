"""The one door for pictures: what people send is looked at, drawn anew and stored under a name of ours.

Only the pixels come through. The file type is read from the content, sizes are limited before anything is
unpacked, and what is stored is made by us: WebP files without metadata, whatever hid in the original; square
ones of faces (`keep_picture`), whole ones of what people show to each other (`whole`).
"""

import re
import secrets
import struct
from dataclasses import dataclass
from io import BytesIO

import filetype
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.module_loading import import_string
from PIL import Image, ImageOps

from padawanforge.kit.errors import DomainError

SIZES = (256, 64)
MAX_PIXELS = 25_000_000
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
# Only where a picture is shown whole.
WHOLE_FORMATS = {**FORMATS, "image/avif": "AVIF"}
WHOLE_SIDE, PREVIEW_SIDE = 2560, 640
FOLDER = "pictures"
URL = re.compile(rf"^{re.escape(settings.MEDIA_URL)}{FOLDER}/([0-9a-f]{{32}})-{SIZES[0]}\.webp\Z")
# All that Pillow's decoders are known to raise for broken or hostile files.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class PictureRefused(DomainError):
    code = "invalid"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole picture as we drew it: WebP files, and the size of the large one."""

    data: bytes
    preview: bytes
    width: int
    height: int


def keep_picture(file: File) -> str:
    """Store the picture; the address of its large form (see `small`, `forget_picture`)."""
    pictures = squares(read(file))
    name = secrets.token_hex(16)
    for size, data in pictures.items():
        default_storage.save(_path(name, size), ContentFile(data))
    return f"{settings.MEDIA_URL}{_path(name, SIZES[0])}"


def forget_picture(url: str) -> None:
    """Delete all forms of a picture that we stored; addresses of others are left alone."""
    if match := URL.match(url):
        for size in SIZES:
            default_storage.delete(_path(match[1], size))


def small(url: str) -> str:
    """The address of the small form of a picture of ours; any other address stays as it is."""
    match = URL.match(url)
    return f"{settings.MEDIA_URL}{_path(match[1], SIZES[-1])}" if match else url


def stored(name: str, size: int) -> bytes | None:
    """What is kept of a picture in this size; None when there is none."""
    try:
        with default_storage.open(_path(name, size)) as file:
            return file.read()
    except FileNotFoundError:
        return None


def read(file: File) -> bytes:
    """The content, never more of it than is allowed; the scanner of the installation has its say."""
    limit = settings.PICTURE_MAX_BYTES
    data = file.read(limit + 1)
    if len(data) > limit:
        raise PictureRefused(f"This file is too large. Choose a picture under {limit // 2**20} MB.")
    if complaint := scanned(data):
        raise PictureRefused(f"This file was refused: {complaint}")
    return data


def scanned(data: bytes) -> str:
    """What the scanner of the installation has against it, "" for nothing."""
    return import_string(settings.UPLOAD_SCANNER)(data) if settings.UPLOAD_SCANNER else ""


def is_picture(data: bytes) -> bool:
    """By its content: one of the formats that `whole` takes."""
    return filetype.guess_mime(data) in WHOLE_FORMATS


def whole(data: bytes) -> Drawn:
    """The picture in its own shape, upright, first frame, no larger than a large screen; and a preview."""
    kind = WHOLE_FORMATS.get(filetype.guess_mime(data) or "")
    if kind is None:
        raise PictureRefused("Choose a JPEG, PNG, WebP, GIF or AVIF picture.")
    try:
        picture = _decoded(data, kind, draft=WHOLE_SIDE)
        large, preview = _fitted(picture, WHOLE_SIDE), _fitted(picture, PREVIEW_SIDE)
        return Drawn(_encoded(large), _encoded(preview), large.width, large.height)
    except BROKEN as error:
        raise PictureRefused("This picture can't be read. Save it anew as JPEG or PNG.") from error


def squares(data: bytes) -> dict[int, bytes]:
    """The picture as square WebP files, by length of the side: upright, first frame, nothing but pixels."""
    kind = FORMATS.get(filetype.guess_mime(data) or "")
    if kind is None:
        raise PictureRefused("Choose a JPEG, PNG, WebP or GIF picture.")
    try:
        picture = _decoded(data, kind, draft=2 * SIZES[0])
        return {size: _drawn(picture, size) for size in SIZES}
    except BROKEN as error:
        raise PictureRefused("This picture can't be read. Save it anew as JPEG or PNG.") from error


def _decoded(data: bytes, kind: str, *, draft: int) -> Image.Image:
    with Image.open(BytesIO(data), formats=[kind]) as probe:
        if probe.width * probe.height > MAX_PIXELS:
            raise PictureRefused("This picture is too large. Choose one of at most 25 megapixels.")
        if min(probe.size) < 16:
            raise PictureRefused("This picture is too small. Choose one of at least 16 by 16 pixels.")
        probe.verify()
    picture = Image.open(BytesIO(data), formats=[kind])
    picture.seek(0)
    # JPEG files are read in a fraction of their size, which saves nearly all the work of large photographs.
    picture.draft("RGB", (draft, draft))
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _drawn(picture: Image.Image, size: int) -> bytes:
    return _encoded(ImageOps.fit(picture, (size, size), method=Image.Resampling.LANCZOS))


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    """No side longer than that; never enlarged."""
    if max(picture.size) <= side:
        return picture
    return ImageOps.contain(picture, (side, side), method=Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image) -> bytes:
    # A new picture from the pixels: whatever the original carried along stays behind.
    clean = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = BytesIO()
    clean.save(out, "WEBP", quality=85, method=4)
    return out.getvalue()


def _path(name: str, size: int) -> str:
    return f"{FOLDER}/{name}-{size}.webp"
