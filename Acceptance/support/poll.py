"""Waiting for a thing to become true, by asking again and again; never by sleeping for a guessed time."""

import time


def eventually(check, timeout=20.0, interval=0.05, message=None):
    """Returns the first true result of `check()`; fails with the last result (or assertion) when time is up."""
    deadline = time.monotonic() + timeout
    last = None
    while True:
        try:
            last = check()
            if last:
                return last
        except AssertionError as error:
            last = error
        if time.monotonic() > deadline:
            what = message() if callable(message) else message
            raise AssertionError(f"not true within {timeout} s: {what or check.__name__}; last: {last!r}")
        time.sleep(interval)


def stays(check, seconds=1.0, interval=0.1):
    """Fails if `check()` is false at any moment of the next seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = check()
        assert result, f"did not stay true: {result!r}"
        time.sleep(interval)
