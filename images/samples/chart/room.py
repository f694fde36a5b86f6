"""Room on the paper: what is written first keeps its place, what comes later must fit in between."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from images.samples.chart import cartouche, frame, sky
from images.samples.chart.extent import HEIGHT, WIDTH, Point
from images.samples.chart.marks import Box

SQUARE = 200


@dataclass(slots=True)
class Room:
    """The rectangles that are taken, filed by the squares that they touch."""

    squares: dict[tuple[int, int], list[Box]] = field(default_factory=lambda: defaultdict(list))

    def take(self, centre: Point, width: float, height: float) -> bool:
        """Take a rectangle if it is free; False if anything is in the way."""
        x, y = centre
        wanted = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        squares = _squares(wanted)
        if not _is_on_chart(wanted) or any(_overlap(wanted, box) for at in squares for box in self.squares[at]):
            return False
        for at in squares:
            self.squares[at].append(wanted)
        return True


def _squares(box: Box) -> list[tuple[int, int]]:
    left, top, right, bottom = (int(edge // SQUARE) for edge in box)
    return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]


def _is_on_chart(box: Box) -> bool:
    edge = frame.MARGIN + 10
    return box[0] > edge and box[1] > edge and box[2] < WIDTH - edge and box[3] < HEIGHT - edge


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def room_beside_insets(rose: Point, rose_radius: float) -> Room:
    """The chart with title, sky and compass already in place."""
    room = Room()
    room.take(cartouche.CENTRE, 2 * cartouche.HALF_WIDTH + 40, 2 * cartouche.HALF_HEIGHT + 40)
    room.take(sky.CENTRE, 2 * sky.RADIUS + 20, 2 * sky.RADIUS + 20)
    room.take(rose, 2.2 * rose_radius, 2.3 * rose_radius)
    return room
