import io
import time
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from npcs.knowledge.extract import MAX_BYTES, Section, extract
from npcs.knowledge.refusals import EmptyFile, NoTextInPdf, TooLarge, UnreadableFile, UnsupportedFile
from padawanforge.kit.errors import DomainError


def pdf_of(*streams: bytes, compressed: bool = False) -> bytes:
    """A PDF with one page for each content stream, written by hand."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(streams)))
    objects[2] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(streams))
    objects[3] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for i, content in enumerate(streams):
        objects[4 + 2 * i] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * i)
        )
        body = zlib.compress(content, 9) if compressed else content
        more = b" /Filter /FlateDecode" if compressed else b""
        objects[5 + 2 * i] = b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(body), more, body)
    return _file_of(objects)


def _file_of(objects: dict[int, bytes]) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, body in sorted(objects.items()):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return data + end + b"startxref\n%d\n%%%%EOF" % len(data)


def page(*lines: str) -> bytes:
    shown = b" ".join(b"(%s) Tj T*" % line.encode("latin-1") for line in lines)
    return b"BT /F1 12 Tf 14 TL 72 720 Td %s ET" % shown


def locked(data: bytes, *, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


TEXT_PAGE = page(
    "The harbour was built by sailors from the north and the west of the is-",
    "land, who needed shelter. A storm destroyed it.",
    "Nobody rebuilt the harbour for a hundred years after that great win-",
)
NEXT_PAGE = page("ter storm of 1703. Then the fishermen came back.")


def test_markdown_becomes_sections_with_the_path_of_their_headings():
    text = (
        b"# Sea\n\nIt is *big*.\n\n## Tides ##\n\nThey rise.\n\n# Land\nIt is dry.\n\n```\n# no heading\n```"
    )

    found = extract(text, name="notes.MD")

    assert found.kind == "markdown"
    assert found.sections == [
        Section("Sea", 0, "It is big."),
        Section("Sea > Tides", 0, "They rise."),
        Section("Land", 0, "It is dry.\n\n    # no heading"),
    ]


def test_plain_text_joins_wrapped_lines_and_keeps_marks():
    text = b"The first line of a paragraph that is broken at some\nwidth. *Stars* stay.\n\nrose\nviolet\n"

    found = extract(text, name="notes.txt")

    expected = "The first line of a paragraph that is broken at some width. *Stars* stay.\n\nrose\nviolet"
    assert (found.kind, found.sections) == ("text", [Section("", 0, expected)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_the_encoding_of_a_text_does_not_matter(encoding):
    text = "Der Bär trägt süße Früchte über die Straße."

    assert extract(text.encode(encoding), name="a.txt").sections[0].text == text


def test_a_russian_text_in_an_old_encoding_is_read():
    text = "Волга впадает в Каспийское море. Это самая длинная река Европы, и по ней ходят суда. " * 4

    assert extract(text.encode("cp1251"), name="a.txt").sections[0].text == text.strip()


def test_pages_of_a_pdf_keep_their_number_and_their_sentences():
    found = extract(pdf_of(TEXT_PAGE, NEXT_PAGE), name="harbour.pdf")

    first, second = found.sections
    assert (found.kind, first.page, second.page) == ("pdf", 1, 2)
    assert "the west of the island, who needed shelter. A storm destroyed it." in first.text
    assert second.text == "Then the fishermen came back."


def test_a_pdf_is_known_by_its_content():
    assert extract(pdf_of(TEXT_PAGE), name="harbour.txt").kind == "pdf"


def test_running_heads_and_page_numbers_are_left_out():
    pages = [
        page("Harbour News", f"The story number {n} is about ships and gulls.", f"{n}") for n in range(1, 6)
    ]

    found = extract(pdf_of(*pages), name="a.pdf")

    assert [section.text for section in found.sections][1] == "The story number 2 is about ships and gulls."


def test_a_pdf_that_only_forbids_printing_is_read():
    assert extract(locked(pdf_of(TEXT_PAGE), password=""), name="a.pdf").sections


@pytest.mark.parametrize(
    ("data", "name", "refusal", "words"),
    [
        (b"", "a.txt", EmptyFile, "empty"),
        (b" \n\t\n", "a.md", EmptyFile, "empty"),
        (b"# Only\n\n## Headings\n", "a.md", EmptyFile, "headings"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "notes.txt", UnsupportedFile, ".png"),
        (b"PK\x03\x04" + b"\x00" * 64, "notes.md", UnsupportedFile, ".zip"),
        (bytes(range(256)) * 20, "notes.txt", UnsupportedFile, "not text"),
        (b"<?xml version='1.0'?><rss/>", "a.txt", UnsupportedFile, "XML"),
        (b"a,b\n1,2", "a.xyz", UnsupportedFile, ".xyz"),
        (b"Just some words.", "a.pdf", UnreadableFile, "not"),
        (b"%PDF-1.4\n" + b"rubbish " * 50, "a.pdf", UnreadableFile, "damaged"),
        (b"x" * (MAX_BYTES + 1), "a.txt", TooLarge, "20 MB"),
        (b"word " * 400_001, "a.txt", TooLarge, "2,000,000"),
        (b"\xff\xfea", "a.txt", UnreadableFile, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_learned_from_is_refused_with_a_reason(data, name, refusal, words):
    with pytest.raises(refusal, match=words) as caught:
        extract(data, name=name)

    assert isinstance(caught.value, DomainError)


def test_a_pdf_of_pictures_asks_for_text_recognition():
    with pytest.raises(NoTextInPdf, match="OCR"):
        extract(pdf_of(b"q 10 0 0 10 0 0 cm Q", page("12")), name="scan.pdf")


def test_a_locked_pdf_is_refused():
    with pytest.raises(UnreadableFile, match="password"):
        extract(locked(pdf_of(TEXT_PAGE), password="secret"), name="a.pdf")


def test_a_pdf_cut_in_the_middle_is_read_or_refused_but_never_breaks():
    data = pdf_of(TEXT_PAGE, NEXT_PAGE)

    with pytest.raises(UnreadableFile, match="damaged"):
        extract(data[: len(data) // 4], name="a.pdf")


def test_a_page_tree_that_contains_itself_is_refused():
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>",
    }

    with pytest.raises((UnreadableFile, TooLarge, NoTextInPdf)):
        extract(_file_of(objects), name="a.pdf")


def test_a_pdf_with_too_many_pages_is_refused():
    with pytest.raises(TooLarge, match="300 pages"):
        extract(pdf_of(*[page("x")] * 301), name="a.pdf")


def test_a_page_that_unpacks_to_hundreds_of_megabytes_is_refused_soon():
    bomb = pdf_of(b"BT " + b" " * 150_000_000 + b"ET", compressed=True)
    begun = time.monotonic()

    with pytest.raises((TooLarge, UnreadableFile)):
        extract(bomb, name="bomb.pdf")

    assert time.monotonic() - begun < 20
