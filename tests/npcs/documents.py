"""Documents for the tests, made by hand."""

import io
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = (
    f"<w:styles {W}>"
    '<w:style w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Heading2"><w:name w:val="heading 2"/></w:style></w:styles>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The sea</dc:title><dc:creator>Ada</dc:creator>'
    "</cp:coreProperties>"
)


def paragraph(text: str, *, style: str = "", is_item: bool = False, new_page: bool = False) -> str:
    marks = f'<w:pStyle w:val="{style}"/>' if style else ""
    marks += '<w:numPr><w:numId w:val="1"/></w:numPr>' if is_item else ""
    begin = "<w:lastRenderedPageBreak/>" if new_page else ""
    return f"<w:p><w:pPr>{marks}</w:pPr><w:r>{begin}<w:t>{text}</w:t></w:r></w:p>"


def docx_of(*blocks: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/styles.xml", STYLES)
        package.writestr("docProps/core.xml", CORE)
        body = "".join(blocks)
        package.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    return out.getvalue()
