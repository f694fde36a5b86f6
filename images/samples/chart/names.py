"""What places are called on these islands."""

from __future__ import annotations

PEAKS = (
    "Pyramid Peak", "Mount Mirador", "The Seadragon", "High Level", "Mount Subsample", "The Loupe", "Halfway Horn",
    "Old Bitonal", "Lanczos Crag", "The Quadtree", "Mount Raster", "Grey Scale", "The Sharpener", "Nearest Neighbour",
    "Thumbnail Tor", "Wavelet Ridge", "The Histogram", "Gamma Fell", "Round Robin", "Ceiling Top", "Floor End",
    "The Quantum", "Huffman Hill", "Chroma Down", "Luma Law", "The Bounding Box",
)  # fmt: skip

TOWNS = (
    "Port Manifest", "Canonical", "Infojson", "Square-on-Sea", "Derivative", "Full Haven", "Maxwidth", "Clover Quay",
    "Range", "St Etag", "Collection", "Upper Canvas", "Leaflet", "Cachehaven", "Annotation", "Viewer's Rest",
)  # fmt: skip

VILLAGES = (
    "Lesser Crop", "Nether Pixel", "Byte", "Much Zooming", "Tiling", "Little Alpha", "Dither", "Profile", "Upscale",
    "Stitch", "Palette", "Exif", "Old Codec", "Sliver", "Edge", "Overlap", "Seam", "Parity", "Even", "Odd", "Mirror",
    "Ninety", "Half Turn", "Percent", "Region", "Bang", "Caret", "Comma", "Slash", "Default", "Native", "Strip",
)  # fmt: skip

RIVERS = (
    "R. Scanline", "R. Bitstream", "Huffwater", "The Gradient", "R. Request", "Cold Cache", "R. Refresh",
    "The Progressive", "Still Frame", "R. Interlace", "Slow Decode", "The Pipeline", "R. Redirect", "Quick Reply",
    "R. Resample", "Last Byte",
)  # fmt: skip

# Text, centre, size, spacing, radius of the curve, turn.
WATERS: tuple[tuple[str, float, float, float, float, float, float], ...] = (
    ("THE  OPEN  SEA", 3300, 660, 104, 60, 5200, -3),
    ("SEA OF UNREAD PIXELS", 3250, 5640, 76, 34, 0, 0),
    ("Manifest Sound", 1950, 3720, 62, 16, 0, 4),
    ("THE GUTTER", 6640, 2480, 66, 30, 900, 74),
    ("Bay of Tiles", 3880, 4560, 54, 12, 1500, 0),
    ("Overscan Deep", 7480, 3860, 50, 14, 0, 0),
    ("Content Strait", 1500, 1450, 42, 9, 1500, 10),
    ("The Margin", 640, 3350, 46, 12, 0, -80),
    ("Negotiation Roads", 6520, 5620, 46, 10, 2500, -4),
)

LANDS: tuple[tuple[str, float, float, float, float, float, float], ...] = (
    ("TESSELLA", 4250, 2350, 190, 190, 5000, -8),
    ("WEST  HALVING", 1900, 2330, 84, 60, 0, 20),
    ("SOUTHERN  QUARTER", 6330, 4060, 62, 20, -2600, -8),
    ("Far Reduction", 7620, 2880, 62, 16, 0, 10),
    ("Long Octave", 3800, 5140, 58, 22, 3000, 6),
)
