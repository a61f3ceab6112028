"""A small PDF writer: one page, the standard Helvetica fonts, rules and text. Enough for a hospital letter."""

import zlib

_A4 = (595, 842)


def letter(institution: str, department: str, title: str, facts: list[tuple[str, str]], paragraphs: list[str]) -> bytes:
    """A one-page PDF 1.4 with letterhead, a table of ``facts`` and wrapped ``paragraphs``; always the same bytes."""
    lines: list[str] = []

    def text(x: float, y: float, size: float, value: str, font: str = "F1", grey: float = 0.1) -> None:
        lines.append(f"BT {grey:g} g /{font} {size:g} Tf {x:g} {y:g} Td ({_escape(value)}) Tj ET")

    lines.append("0.13 0.36 0.55 rg 0 800 595 42 re f")
    lines.append(f"BT 1 g /F2 15 Tf 48 816 Td ({_escape(institution)}) Tj ET")
    lines.append(f"BT 1 g /F1 10 Tf 420 816 Td ({_escape(department)}) Tj ET")
    text(48, 762, 17, title, "F2")
    y = 734.0
    for name, value in facts:
        text(48, y, 9.5, name, "F1", 0.45)
        text(160, y, 9.5, value)
        y -= 15
    lines.append(f"0.75 G 0.6 w 48 {y:g} m 547 {y:g} l S")
    y -= 22
    for paragraph in paragraphs:
        heading = paragraph.endswith(":") and len(paragraph) < 40
        for line in _wrap(paragraph, 92):
            text(48, y, 10.5, line, "F2" if heading else "F1")
            y -= 15
        y -= 3 if heading else 8
    text(48, 40, 8, "SYNTHETIC - not a real patient. Made by Atrium Demo.", "F1", 0.45)
    return _assemble("\n".join(lines).encode("cp1252", "replace"))


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _wrap(value: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in value.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _assemble(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    width, height = _A4
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>".encode(),
        b"<< /Length " + str(len(packed)).encode() + b" /Filter /FlateDecode >>\nstream\n" + packed + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title (Synthetic report) /Producer (Atrium Demo) >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 7 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
