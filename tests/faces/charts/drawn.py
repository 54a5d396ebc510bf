"""Reads a picture back: its labels with the boxes they take, and everything else a test asks about."""

from itertools import combinations
from xml.etree import ElementTree as ET

from rhumbline.faces.charts.drawing import Box, label_box

SVG = "{http://www.w3.org/2000/svg}"
SIZES = {"rl-11": 11, "rl-12": 12, "rl-15": 15}
# Coordinates are written with two decimals.
ROUNDING = 0.02


def parsed(svg):
    """The tree of a picture; raises where the text is not XML."""
    return ET.fromstring(svg)  # noqa: S314 - our own text


def frame(tree):
    """The rectangle of the viewBox."""
    return Box(*(float(part) for part in tree.get("viewBox").split()))


def labels(tree):
    """Every label with its text and the box it takes."""
    found = []
    for element in tree.iter(f"{SVG}text"):
        classes = element.get("class").split()
        (size,) = [SIZES[name] for name in classes if name in SIZES]
        anchor = "mid" if "rl-mid" in classes else "end" if "rl-end" in classes else "start"
        place = float(element.get("x")), float(element.get("y"))
        found.append((element.text, label_box(*place, element.text, size, anchor, bold="rl-b" in classes)))
    return found


def smaller(box):
    return Box(box.x + ROUNDING, box.y + ROUNDING, box.width - 2 * ROUNDING, box.height - 2 * ROUNDING)


def overlapping(tree):
    """Pairs of labels of which one lies on the other."""
    small = [(text, smaller(box)) for text, box in labels(tree)]
    return [(one, other) for (one, a), (other, b) in combinations(small, 2) if a.meets(b)]


def outside(tree):
    """Labels that leave the picture."""
    return [(text, box) for text, box in labels(tree) if not smaller(box).inside(frame(tree))]


def shapes_outside(tree):
    """Rectangles and circles that leave the picture by more than half a stroke."""
    width, height = frame(tree).width, frame(tree).height
    found = []
    for element in tree.iter():
        name = element.tag.removeprefix(SVG)
        number = {key: float(element.get(key, 0)) for key in ("x", "y", "width", "height", "cx", "cy", "r")}
        if name == "rect":
            ends = (number["x"], number["y"], number["x"] + number["width"], number["y"] + number["height"])
        elif name == "circle":
            ends = (
                *(number[key] - number["r"] for key in ("cx", "cy")),
                *(number[key] + number["r"] for key in ("cx", "cy")),
            )
        else:
            continue
        if min(ends[:2]) < -1.5 or ends[2] > width + 1.5 or ends[3] > height + 1.5:
            found.append((name, ends))
    return found
