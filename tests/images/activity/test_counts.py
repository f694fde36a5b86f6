from __future__ import annotations

from images.activity.counts import added_up, by, growth, total

IMAGES, INFOS, MADE = ("requests", "image", "200"), ("requests", "info", "404"), ("made",)


def test_growth_is_what_was_added_in_between():
    assert growth({IMAGES: 10, MADE: 3}, {IMAGES: 15, MADE: 4}) == {IMAGES: 5, MADE: 1}


def test_what_did_not_move_takes_no_room():
    assert growth({IMAGES: 10, MADE: 3}, {IMAGES: 10, MADE: 4}) == {MADE: 1}


def test_a_counter_that_is_new_has_grown_by_all_that_it_shows():
    assert growth({}, {IMAGES: 7}) == {IMAGES: 7}


def test_a_counter_that_has_fallen_began_anew_and_others_did_not():
    assert growth({IMAGES: 1000, MADE: 3}, {IMAGES: 4, MADE: 5}) == {IMAGES: 4, MADE: 2}


def test_a_counter_that_is_gone_adds_nothing():
    assert growth({IMAGES: 1000}, {}) == {}


def test_counts_are_added_up_and_summed_by_what_is_in_their_keys():
    counts = added_up([{IMAGES: 2, INFOS: 1}, {IMAGES: 3}])
    assert counts == {IMAGES: 5, INFOS: 1}
    assert (total(counts, "requests"), total(counts, "requests", "image"), total(counts, "made")) == (6, 5, 0)
    assert by(counts, "requests", 2) == {"200": 5, "404": 1}
