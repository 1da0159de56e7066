from __future__ import annotations

import pytest

from nablastep_tui.draw.frame import RAIL_ROWS, Frame, Rows, fits, frame, layout, uses_cards

NAMES = ("header", "map", "stage", "scrubber", "loss", "caption", "footer")


def map_rows_for(width: int, height: int) -> tuple[int, ...]:
    return (8, 10, 12, 14) if uses_cards(width, height) else (RAIL_ROWS,)


@pytest.mark.parametrize("caption", [0, 2, 3])
@pytest.mark.parametrize("width", [60, 79, 80, 109, 110, 169, 170, 220])
def test_regions_follow_each_other_within_the_screen(width: int, caption: int) -> None:
    for height in range(16, 61):
        for map_rows in map_rows_for(width, height):
            if map_rows > 10 and height < 44:
                continue
            found = frame(width, height, map_rows=map_rows, caption=caption)
            end = 0
            for name in NAMES:
                rows: Rows = getattr(found, name)
                assert rows.height >= 0, (name, height)
                assert rows.top >= end, (name, height)
                end = rows.bottom
            assert end == height
            assert found.header == Rows(0, 1)
            assert found.map.height == map_rows
            assert found.footer == Rows(height - 1, 1)
            assert found.stage.height >= 8, (height, map_rows)


def test_every_row_more_goes_to_the_stage_within_one_layout() -> None:
    for height in [*range(24, 33), *range(34, 49), *range(50, 60)]:
        assert frame(120, height + 1).stage.height == frame(120, height).stage.height + 1


def test_the_sizes_of_the_pictures() -> None:
    compact = frame(80, 24)
    assert (compact.map, compact.stage, compact.scrubber) == (Rows(2, 3), Rows(5, 15), Rows(21, 2))
    assert compact.loss.height == 0
    captioned = frame(80, 24, caption=2)
    assert (captioned.map, captioned.stage, captioned.caption) == (Rows(1, 3), Rows(4, 14), Rows(21, 2))
    normal = frame(120, 40, map_rows=10)
    assert (normal.stage, normal.scrubber, normal.loss) == (Rows(12, 19), Rows(32, 3), Rows(36, 2))
    wide = frame(200, 55, map_rows=10)
    assert (wide.stage, wide.scrubber, wide.loss) == (Rows(13, 31), Rows(45, 3), Rows(49, 3))
    assert wide.caption == Rows(52, 2)


def test_a_caption_takes_the_place_of_the_loss() -> None:
    found = frame(120, 40, map_rows=10, caption=2)
    assert found.caption == frame(120, 40, map_rows=10).loss
    assert found.loss.height == 0
    # A third row costs the stage nothing.
    assert frame(120, 40, map_rows=10, caption=3).stage == found.stage
    assert frame(80, 24, caption=3).stage == frame(80, 24, caption=2).stage
    assert frame(80, 20, caption=2).caption.height == 2
    assert frame(60, 16, caption=2).caption.height == 2


def test_why_is_docked_only_where_it_is_wide_and_tall() -> None:
    assert frame(200, 55, map_rows=10).docked_why_columns == 74
    assert frame(200, 55, map_rows=10, why=False).docked_why_columns == 0
    assert frame(200, 49).docked_why_columns == 0
    assert frame(169, 55).docked_why_columns == 0


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (80, 24, "compact"),
        (109, 55, "compact"),
        (200, 33, "compact"),
        (110, 34, "normal"),
        (200, 49, "normal"),
        (169, 55, "normal"),
        (170, 50, "wide"),
    ],
)
def test_the_layout_is_that_of_the_smaller_side(width: int, height: int, expected: str) -> None:
    assert layout(width, height) == expected


def test_the_smallest_terminal() -> None:
    assert fits(60, 16)
    assert not fits(59, 16)
    assert not fits(60, 15)
    smallest: Frame = frame(60, 16)
    assert (smallest.map, smallest.stage, smallest.scrubber.height) == (Rows(1, 3), Rows(4, 11), 0)
