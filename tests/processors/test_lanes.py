from __future__ import annotations

import threading

from processors.lanes import LARGE_PIXELS, lane_for


def most_at_once(pixels):
    """How many of four threads are inside together, each staying until the others had their chance."""
    counts, inside, lock = [], 0, threading.Lock()
    is_crowded = threading.Barrier(4)

    def visit():
        nonlocal inside
        with lane_for(pixels):
            with lock:
                inside += 1
                counts.append(inside)
            if pixels < LARGE_PIXELS:
                is_crowded.wait(timeout=10)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(counts)


def test_large_images_go_one_after_the_other():
    assert most_at_once(LARGE_PIXELS) == 1


def test_small_images_pass_side_by_side():
    assert most_at_once(LARGE_PIXELS - 1) == 4


def test_the_lane_is_free_again_after_a_failure():
    try:
        with lane_for(LARGE_PIXELS):
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert most_at_once(LARGE_PIXELS) == 1
