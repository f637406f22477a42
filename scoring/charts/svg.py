"""Turn matplotlib's SVG into one that may stand anywhere in a page.

It carries its own title and description for screen readers, has no prolog, comments, style sheet,
``style`` attribute or metadata (so a strict content security policy does not disturb it), and every id
is prefixed, so that several figures can share one page.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def accessible(markup: str, name: str, title: str, description: str) -> str:
    """Return cleaned SVG text, its ids prefixed with ``name``; title and description are escaped."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(markup)  # noqa: S314 - the text comes from matplotlib, not from outside
    for child in list(root):
        if child.tag.endswith("metadata") or child.tag == f"{{{SVG}}}title":
            root.remove(child)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}style":
                parent.remove(child)
    for element in root.iter():
        _tidy(element, name)
    _describe(root, name, title, description)
    return ET.tostring(root, encoding="unicode")


def _tidy(element: ET.Element, name: str) -> None:
    """Prefix ids and references; write style declarations as presentation attributes."""
    for declaration in element.attrib.pop("style", "").split(";"):
        key, colon, value = declaration.partition(":")
        if colon:
            element.set(key.strip(), value.strip())
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key.endswith("href"):
            element.set(key, value.replace("#", f"#{name}-", 1))
        else:
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))


def _describe(root: ET.Element, name: str, title: str, description: str) -> None:
    """Put title and description first and name the figure by them."""
    # matplotlib sets these two for every shape by a style sheet; as attributes they are inherited.
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt"})
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(position, element)
