"""A sheet as SVG: text in the reader's own fonts, nothing from elsewhere. The same sheet gives the same bytes."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .sheet import HEIGHT, INK, POINT, WIDTH, Code, Line, Rule, Sheet

ARABIC = "'Noto Naskh Arabic','Geeza Pro','Segoe UI',Tahoma,'DejaVu Sans',sans-serif"
LATIN = "'Noto Sans','Helvetica Neue','Segoe UI',Arial,'DejaVu Sans',sans-serif"


def svg(sheet: Sheet) -> bytes:
    """The sheet as an SVG document in UTF-8, viewBox in millimetres. Whatever stands in a text is escaped."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{WIDTH}mm",
            "height": f"{HEIGHT}mm",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "lang": "ar",
            "xml:lang": "ar",
        },
    )
    SubElement(root, "title").text = sheet.title
    SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#fff"})
    for rule in sheet.rules:
        root.append(_rule(rule))
    for code in sheet.codes:
        root.append(_code(code))
    for line in sheet.lines:
        root.append(_line(line))
    indent(root, "")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'.encode()


def _line(line: Line) -> Element:
    text = Element(
        "text",
        {
            "x": _number(line.x),
            "y": _number(line.y),
            "lang": line.language,
            "xml:lang": line.language,
            "direction": "rtl" if line.rtl else "ltr",
            "unicode-bidi": "isolate",
            "text-anchor": "middle" if line.middle else "start",
            "font-family": ARABIC if line.rtl else LATIN,
            "font-size": _number(line.size * POINT),
            "font-weight": "700" if line.bold else "400",
            "fill": line.colour,
        },
    )
    text.text = line.text
    return text


def _code(code: Code) -> Element:
    module = code.size / code.modules
    return Element(
        "path",
        {
            "transform": f"translate({_number(code.x)} {_number(code.y)}) scale({module:.6f})",
            "shape-rendering": "crispEdges",
            "fill": INK,
            "d": "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in code.bars),
        },
    )


def _rule(rule: Rule) -> Element:
    ends = {"x1": rule.x, "y1": rule.y, "x2": rule.to_x, "y2": rule.to_y, "stroke-width": rule.width}
    return Element("line", {name: _number(value) for name, value in ends.items()} | {"stroke": rule.colour})


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
