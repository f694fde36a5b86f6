"""All that Cantaloupe learned the hard way (parity, section 11), by number: which tests see to it, or why none need."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.live import ROOT

LAST_LESSON = 70

IMAGES = "tests/images/test_lessons.py::"
PROCESSORS = "tests/processors/test_lessons.py::"
ADDRESSES = "tests/images/test_addresses.py::"
FORWARDED = "tests/images/test_forwarded.py::"
ARGUMENTS = "tests/images/test_arguments.py::"
META = "tests/images/test_meta_identifiers.py::"
DELEGATE = "tests/images/test_delegate.py::"
ANSWERS = "tests/iiifserver/delegates/test_answers.py::"
FOLDER_CACHE = "tests/caching/backends/test_filesystem.py::"
FRESHNESS = "tests/images/test_freshness.py::"
OBJECT_CACHES = "tests/caching/backends/object_store_contract.py::"
CACHES = "tests/caching/test_runtime.py::"
EVERY_CACHE = "iiifserver/testing/caches.py::"
HTTP_SOURCE = "tests/sources/backends/test_http.py::"
S3_SOURCE = "tests/sources/backends/test_s3.py::"
EVERY_SOURCE = "iiifserver/testing/sources.py::"
CREDENTIALS = "tests/sources/test_credentials.py::"
PIPELINE = "tests/images/test_pipeline.py::"


@dataclass(frozen=True, slots=True)
class DoesNotApply:
    """A lesson that cannot be forgotten here."""

    reason: str


Answer = tuple[str, ...] | DoesNotApply

LESSONS: dict[int, Answer] = {
    1: (f"{IMAGES}test_the_link_is_told_of_what_is_remembered",),
    2: (
        f"{IMAGES}test_the_link_is_told_of_what_is_remembered",
        f"{FORWARDED}test_a_trusted_proxy_knows_the_identifier",
    ),
    3: (
        "tests/caching/test_infos.py::test_bytes_that_make_no_sense_are_a_miss",
        "tests/images/test_lasting_infos.py::test_an_entry_that_makes_no_sense_is_read_anew",
    ),
    4: (
        f"{FOLDER_CACHE}test_a_write_that_the_kernel_stops_in_the_middle_leaves_nothing_behind",
        f"{FOLDER_CACHE}test_leftovers_do_not_count_and_are_never_served",
        f"{CACHES}test_an_error_is_raised_and_not_remembered",
    ),
    5: (f"{OBJECT_CACHES}test_an_entry_is_gone_after_its_time",),
    6: (f"{OBJECT_CACHES}test_nothing_outside_the_prefix_is_ever_touched",),
    7: (f"{OBJECT_CACHES}test_more_than_one_page_is_purged", f"{EVERY_CACHE}test_purging_one_image_leaves_the_others"),
    # The clock of that test stands beyond 2^31 seconds.
    8: (f"{OBJECT_CACHES}test_an_entry_is_gone_after_its_time",),
    9: ("tests/sources/test_ranged_speed.py::test_of_long_lists_only_the_touched_part_is_read",),
    # Ours: no query is in the key.
    10: (f"{ARGUMENTS}test_the_name_is_in_no_cache", f"{PIPELINE}test_equal_pictures_have_equal_keys"),
    11: (
        f"{ARGUMENTS}test_without_caches_nothing_is_read_nor_put",
        f"{ARGUMENTS}test_an_information_without_caches_is_not_kept",
    ),
    12: (f"{FRESHNESS}test_the_source_is_never_asked_again",),
    13: (
        f"{PROCESSORS}test_an_empty_file_is_no_image",
        f"{HTTP_SOURCE}test_an_empty_file_is_found_empty",
        "tests/caching/test_seal.py::test_no_part_of_it_will_do",
    ),
    14: (
        "tests/images/test_one_flight_live.py::test_two_hundred_clients_get_one_picture_that_is_made_once",
        f"{CACHES}test_two_hundred_who_ask_for_a_new_picture_at_once_have_it_made_once",
    ),
    15: (
        f"{EVERY_CACHE}test_many_threads_see_whole_entries_only",
        f"{FOLDER_CACHE}test_a_folder_that_somebody_removed_is_made_again",
    ),
    16: (f"{IMAGES}test_a_name_that_no_file_can_have_is_not_found",),
    17: (
        f"{META}test_a_page_can_be_asked_for",
        f"{META}test_the_page_of_an_argument_is_published_behind_the_identifier",
    ),
    18: (f"{IMAGES}test_a_refusal_reveals_no_dimensions",),
    19: (f"{IMAGES}test_no_query_stands_in_the_id",),
    20: (f"{FORWARDED}test_a_trusted_proxy_knows_the_identifier",),
    21: (f"{ADDRESSES}test_each_forwarded_header_works_alone",),
    22: (f"{ADDRESSES}test_each_forwarded_header_works_alone", f"{FORWARDED}test_a_trusted_proxy_knows_the_prefix"),
    23: (f"{IMAGES}test_a_slash_substitute_stays_in_addresses",),
    24: (f"{IMAGES}test_the_status",),
    25: (f"{IMAGES}test_an_empty_header_breaks_nothing",),
    26: (f"{ARGUMENTS}test_a_picture_can_be_saved_under_a_name",),
    27: (f"{IMAGES}test_an_error_is_kept_by_nobody",),
    28: (f"{IMAGES}test_every_origin_is_allowed_whether_or_not_it_is_told",),
    # What a file is, its first bytes say, and no header of a source.
    29: (f"{PROCESSORS}test_a_name_that_lies_does_not_matter",),
    30: (
        f"{HTTP_SOURCE}test_basic_authentication_goes_with_every_request",
        f"{HTTP_SOURCE}test_every_way_of_asking_gives_the_same_bytes",
        "tests/images/admin/test_source_test.py::test_how_a_server_is_asked_is_found_out_and_explained",
        f"{EVERY_SOURCE}test_leaves_no_file_open",
    ),
    31: (
        f"{S3_SOURCE}test_a_public_bucket_needs_no_keys",
        f"{S3_SOURCE}test_the_form_wants_both_halves_of_a_key",
        f"{CREDENTIALS}test_the_keys_of_a_row_go_before_those_of_the_machine",
        f"{CREDENTIALS}test_the_environment_has_keys_for_s3",
        f"{EVERY_SOURCE}test_leaves_no_file_open",
    ),
    32: (
        f"{ANSWERS}test_an_overlay_is_a_dictionary_or_nothing",
        f"{ANSWERS}test_a_challenge_asks_to_sign_in",
        f"{DELEGATE}test_one_instance_serves_one_request",
    ),
    33: (
        f"{DELEGATE}test_the_context_is_complete_when_the_answer_is_known",
        f"{DELEGATE}test_the_context_tells_what_the_file_says_of_itself",
        f"{DELEGATE}test_operations_are_told_with_their_angle",
    ),
    34: (f"{PROCESSORS}test_the_box_of_a_turned_picture_is_told_as_it_will_be",),
    35: (
        f"{IMAGES}test_the_status",
        f"{META}test_a_scale_makes_a_smaller_image",
        f"{META}test_more_than_that_is_forbidden",
        "tests/iiifserver/iiif/test_reduction.py::test_a_pixel_more_is_a_matter_of_rounding",
    ),
    36: (
        f"{IMAGES}test_a_level_of_a_pyramid_is_never_missed_by_rounding",
        "tests/processors/test_windows.py::test_an_edge_that_was_halved_has_a_whole_scale",
    ),
    37: (f"{IMAGES}test_the_size",),
    38: (f"{IMAGES}test_the_size",),
    39: (f"{IMAGES}test_the_size", f"{PROCESSORS}test_a_region_of_a_pyramid_is_enlarged_from_its_full_size"),
    40: (f"{IMAGES}test_a_region_in_percent_is_of_the_upright_picture",),
    41: (
        f"{PROCESSORS}test_an_orientation_is_read_in_any_type_and_nonsense_is_upright",
        f"{PROCESSORS}test_a_picture_without_any_exif_is_upright",
    ),
    42: (f"{IMAGES}test_the_size", f"{PROCESSORS}test_an_image_of_two_pixels_is_scaled_like_any"),
    43: (f"{PROCESSORS}test_a_region_of_indexed_colours_keeps_them",),
    44: (
        "tests/images/test_redactions.py::test_the_box_lies_where_the_viewer_sees_it",
        "tests/images/test_redactions.py::test_no_trace_of_what_is_hidden",
    ),
    45: (
        "tests/overlays/test_runtime.py::test_a_picture_that_vanished_is_left_out_of_drawing_and_key",
        "tests/overlays/test_lettering.py::test_more_lines_are_higher",
    ),
    46: (f"{DELEGATE}test_the_delegate_draws_on_the_answer",),
    47: (f"{PROCESSORS}test_the_background_shows_through_and_in_the_corners",),
    48: (f"{PROCESSORS}test_an_encoder_is_given_the_region_and_nothing_beside_it",),
    49: (f"{PROCESSORS}test_an_encoder_is_given_the_region_and_nothing_beside_it",),
    50: (
        f"{PROCESSORS}test_the_tiles_of_a_jpeg_2000_are_told_as_they_are",
        "tests/iiifserver/iiif/test_info.py::test_the_stored_tile_is_advertised",
        "tests/iiifserver/iiif/test_info.py::test_every_implied_tile_is_answered_with_exactly_its_pixels",
    ),
    51: (f"{IMAGES}test_formats_are_told_of_what_is_remembered",),
    52: (f"{IMAGES}test_sizes_include_the_full_size_within_the_limits",),
    53: (f"{IMAGES}test_the_status", f"{IMAGES}test_the_size"),
    54: (f"{IMAGES}test_the_status",),
    55: (f"{IMAGES}test_the_status", "tests/images/test_version_1.py::test_qualities"),
    56: (
        f"{S3_SOURCE}test_an_expired_pre_signed_request_or_a_wrong_key_is_forbidden",
        "tests/sources/backends/test_filesystem.py::test_a_file_that_may_not_be_read_is_forbidden",
        "tests/images/test_source_faults.py::test_each_failure_has_its_status",
    ),
    57: (
        f"{META}test_a_page_that_is_not_there_is_a_bad_request",
        "tests/processors/backends/test_pdf.py::test_a_page_that_is_not_there_is_a_bad_request",
        "tests/processors/backends/test_pdf.py::test_pages_have_sizes_of_their_own",
        "tests/processors/backends/test_video.py::test_a_time_behind_the_end_is_a_bad_request",
    ),
    58: (
        f"{PROCESSORS}test_odd_gifs_are_shown",
        f"{PROCESSORS}test_inverted_cmyk_of_adobe_looks_as_it_was_drawn",
        f"{PROCESSORS}test_a_jpeg_that_is_half_there_is_an_error",
        f"{PROCESSORS}test_sixteen_bits_of_a_tiff_become_eight",
        "tests/processors/test_kinds.py::test_the_whole_is_as_it_was_drawn",
    ),
    59: (f"{PROCESSORS}test_a_name_that_lies_does_not_matter", f"{IMAGES}test_a_file_is_what_its_first_bytes_say"),
    60: (f"{PROCESSORS}test_the_next_processor_is_asked_where_a_library_is_missing",),
    61: DoesNotApply("No number is written into a command: codecs are libraries, called with numbers."),
    62: (
        "tests/processors/test_retrieval.py::test_nothing_is_left_behind",
        "tests/processors/test_retrieval.py::test_nothing_is_left_behind_when_the_source_stops",
    ),
    63: (
        "tests/images/test_views_errors.py::test_a_truncated_image_is_never_a_blank_one",
        "tests/images/test_source_faults.py::test_a_file_that_is_replaced_while_it_is_read_is_never_mixed",
    ),
    64: (
        "tests/images/api/test_tasks.py::test_the_session_of_a_browser_opens_nothing",
        "tests/images/api/test_tasks.py::test_strangers_are_asked_who_they_are",
        "tests/images/test_runtime.py::test_a_saved_row_is_used_after_the_interval",
    ),
    65: (
        "iiifserver/testing/processors.py::test_leaves_no_file_open",
        f"{EVERY_SOURCE}test_leaves_no_file_open",
        f"{HTTP_SOURCE}test_a_whole_image_can_be_read_from_any_place_and_leaves_no_file",
    ),
    66: (
        "tests/images/test_configuration.py::test_each_change_makes_a_revision_that_holds_the_whole_configuration",
        "tests/images/test_runtime.py::test_a_change_while_rows_are_read_has_them_read_again",
    ),
    67: (
        f"{META}test_the_delimiter_is_a_setting",
        "tests/iiifserver/iiif/test_meta_identifier.py::test_the_delimiter_can_be_another",
    ),
    68: (
        "tests/images/test_lasting_infos.py::test_other_settings_of_its_own_have_the_file_read_anew",
        "tests/images/test_lasting_infos.py::test_an_entry_that_makes_no_sense_is_read_anew",
    ),
    69: (
        "tests/iiifserver/test_failures.py::test_a_taken_port",
        "tests/iiifserver/test_failures.py::test_a_certificate_that_is_none",
    ),
    70: (
        f"{PROCESSORS}test_xmp_that_is_malformed_leaves_the_picture_as_it_is",
        "tests/processors/test_metadata.py::test_written_xmp_says_what_it_is_about",
    ),
}


def test_every_lesson_stands_in_the_table():
    assert sorted(LESSONS) == list(range(1, LAST_LESSON + 1))


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_has_tests_that_there_are_or_a_reason(number: int):
    answer = LESSONS[number]
    if isinstance(answer, DoesNotApply):
        assert answer.reason.endswith(".")
        return
    assert answer
    missing = [test for test in answer if not is_defined(test)]
    assert missing == []


def test_a_test_that_there_is_not_is_noticed():
    assert not is_defined(f"{IMAGES}test_that_nobody_wrote")


def is_defined(test: str) -> bool:
    """Whether there is such a test, written as `path::name`, in a class or outside of one."""
    path, _, name = test.partition("::")
    defined = re.compile(rf"^ *(?:async )?def {re.escape(name)}\(", re.MULTILINE)
    file = ROOT / path
    return file.exists() and bool(defined.search(file.read_text(encoding="utf-8")))
