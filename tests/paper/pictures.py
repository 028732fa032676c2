"""Printed sheets read back: drawn by pdfium, their QR codes read by ZXing."""

from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL.Image import Image

POINT = 25.4 / 72


@dataclass(frozen=True)
class Piece:
    """A piece of text on a page and where it is, in mm from the lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def drawn(content: bytes, page: int = 0) -> Image:
    """A page of a PDF at 144 dots an inch."""
    with pypdfium2.PdfDocument(content) as document:
        picture: Image = document[page].render(scale=2).to_pil()
        return picture


def read_codes(picture: Image) -> list[zxingcpp.Barcode]:
    """The QR codes of a picture, row by row."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return sorted(found, key=lambda code: (code.position.top_left.y // 20, code.position.top_left.x))


def pieces(content: bytes, page: int = 0) -> list[Piece]:
    """The pieces of text on a page."""
    with pypdfium2.PdfDocument(content) as document:
        text = document[page].get_textpage()
        boxes = [text.get_rect(at) for at in range(text.count_rects())]
        return [Piece(text.get_text_bounded(*box).strip(), *(side * POINT for side in box)) for box in boxes]


def words(content: bytes, page: int = 0) -> str:
    """All text of a page."""
    with pypdfium2.PdfDocument(content) as document:
        return str(document[page].get_textpage().get_text_range())
