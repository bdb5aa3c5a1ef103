import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image, PngImagePlugin

from padawanforge.kit import uploads
from padawanforge.kit.uploads import PictureRefused, forget_picture, keep_picture, small, squares, stored

SECRET = b"52.5163N 13.3777E"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drawn(kind="PNG", size=(400, 300), colour="red", **options):
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def opened(data):
    return Image.open(BytesIO(data))


def complain(data):
    return "" if SECRET not in data else "it tells where it was taken."


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_pictures_of_every_kind_become_square_webp_files_of_two_sizes(kind):
    made = squares(drawn(kind))

    assert {size: (opened(data).format, opened(data).size) for size, data in made.items()} == {
        256: ("WEBP", (256, 256)),
        64: ("WEBP", (64, 64)),
    }


def test_nothing_but_pixels_comes_through():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    photograph = drawn("JPEG", exif=exif.tobytes(), comment=SECRET)
    drawing = drawn("PNG", pnginfo=notes) + SECRET

    made = [data for original in (photograph, drawing) for data in squares(original).values()]

    assert SECRET in photograph
    assert SECRET in drawing
    assert [SECRET in data for data in made] == [False] * 4
    assert [dict(opened(data).getexif()) for data in made] == [{}] * 4


def test_a_photograph_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways: the left side of the pixels is the top
    picture = Image.new("RGB", (300, 300), "white")
    picture.paste("black", (0, 0, 150, 300))
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif.tobytes(), quality=95)

    made = opened(squares(out.getvalue())[256]).convert("L")

    assert made.getpixel((128, 20)) < 40
    assert made.getpixel((128, 236)) > 215


def test_of_an_animation_the_first_frame_is_kept():
    out = BytesIO()
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

    made = opened(squares(out.getvalue())[64])

    assert getattr(made, "n_frames", 1) == 1
    red, _, blue = made.convert("RGB").getpixel((32, 32))
    assert (red > 200, blue < 50) == (True, True)


def test_what_was_transparent_stays_so():
    out = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")

    assert opened(squares(out.getvalue())[64]).convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7 and nothing more",
        drawn("BMP"),
        drawn("TIFF"),
        drawn("PNG")[:60],
        drawn("JPEG")[:200],
        drawn("WEBP")[:40],
        b"\xff\xd8\xff\xe0" + bytes(200),
    ],
    ids=[
        "empty",
        "gif head",
        "svg",
        "html",
        "pdf",
        "bmp",
        "tiff",
        "half png",
        "half jpeg",
        "half webp",
        "jpeg head",
    ],
)
def test_what_is_no_whole_picture_of_a_known_kind_is_refused(data):
    with pytest.raises(PictureRefused):
        squares(data)


def bomb(width, height):
    """A PNG of a few bytes that says it has that many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [5001, 6000, 50_000])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(side):
    with pytest.raises(PictureRefused):
        squares(bomb(side, side))


def test_a_dot_is_no_picture():
    with pytest.raises(PictureRefused, match="too small"):
        squares(drawn(size=(15, 15)))


def test_a_file_that_is_too_large_is_refused_whatever_is_in_it(settings):
    settings.PICTURE_MAX_BYTES = 2**20

    with pytest.raises(PictureRefused, match="under 1 MB"):
        keep_picture(ContentFile(drawn() + bytes(2**20)))


def test_the_scanner_of_the_installation_has_its_say(settings):
    settings.UPLOAD_SCANNER = f"{__name__}.complain"

    with pytest.raises(PictureRefused, match="it tells where it was taken"):
        keep_picture(ContentFile(drawn() + SECRET))


def test_a_kept_picture_is_found_under_a_name_of_ours_and_forgotten_with_all_its_forms(tmp_path):
    url = keep_picture(ContentFile(drawn(), name="../../ada lovelace.png"))
    name = uploads.URL.match(url)[1]

    found = [stored(name, size)[8:12] for size in uploads.SIZES]
    forget_picture(url)

    assert small(url) == f"/media/pictures/{name}-64.webp"
    assert found == [b"WEBP", b"WEBP"]
    assert [stored(name, size) for size in uploads.SIZES] == [None, None]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("url", ["", "https://example.org/face.png", "/media/pictures/../../secret.key"])
def test_addresses_of_others_are_left_alone(url, tmp_path):
    (tmp_path / "secret.key").write_text("kept")

    forget_picture(url)

    assert small(url) == url
    assert (tmp_path / "secret.key").read_text() == "kept"
