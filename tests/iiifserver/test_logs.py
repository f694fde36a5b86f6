from __future__ import annotations

import logging
import multiprocessing

from iiifserver.logs import InOneLine, SharedRotatingFile


def record(message):
    return logging.LogRecord("iiifserver", logging.INFO, __file__, 1, message, None, None)


def write_lines(file, name):
    handler = SharedRotatingFile(file, max_bytes=2_000, backup_count=50)
    for number in range(200):
        handler.handle(record(f"{name} {number}"))
    handler.close()


def test_no_line_is_lost_when_several_processes_rotate_one_log(tmp_path):
    file = tmp_path / "iiifserver.log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_lines, args=(file, name)) for name in ("one", "two", "three")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    lines = [line for log in tmp_path.glob("iiifserver.log*") for line in log.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {number}" for name in ("one", "two", "three") for number in range(200))


def test_a_log_that_somebody_moved_is_begun_anew(tmp_path):
    file = tmp_path / "iiifserver.log"
    handler = SharedRotatingFile(file)
    handler.handle(record("before"))
    file.rename(tmp_path / "moved.log")
    handler.handle(record("after"))
    handler.close()
    assert file.read_text() == "after\n"


def test_what_strangers_can_cause_has_no_traceback():
    try:
        raise ValueError("boom")
    except ValueError as error:
        trouble = record("refused")
        trouble.exc_info = (ValueError, error, error.__traceback__)
    assert InOneLine().filter(trouble)
    assert "boom" not in logging.Formatter().format(trouble)
