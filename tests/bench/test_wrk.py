"""What wrk prints becomes figures, and a machine without wrk is told how to get it."""

from __future__ import annotations

import pytest

from bench import wrk
from bench.__main__ import main
from bench.wrk import LoadError, figures

PRINTED = """Running 4s test @ http://127.0.0.1:8182
  1 threads and 4 connections
Requests/sec:    500.00
FIGURES requests=2000 microseconds=4000000 bytes=60000000 p50=7500 p95=12250 status=1 connect=0 read=2 write=0 timeout=3
"""


def test_figures_are_a_second_and_milliseconds():
    read = figures(PRINTED)
    assert read == {"requests/s": 500, "p50 ms": 7.5, "p95 ms": 12.25, "kB each": 30, "errors": 6}


def test_no_request_at_all_is_no_division_by_zero():
    line = "FIGURES requests=0 microseconds=1000000 bytes=0 p50=0 p95=0 status=0 connect=4 read=0 write=0 timeout=0"
    assert figures(line)["errors"] == 4


@pytest.mark.parametrize("printed", ["", "unable to connect to 127.0.0.1:1 Connection refused\n"])
def test_a_run_without_figures_says_what_wrk_said(printed):
    with pytest.raises(LoadError, match=r"Connection refused|printed nothing"):
        figures(printed)


def test_a_machine_without_wrk_is_told_the_cure(monkeypatch, capsys):
    monkeypatch.setattr(wrk.shutil, "which", lambda name: None)
    assert main([]) == 2
    assert "apt install wrk" in capsys.readouterr().err
