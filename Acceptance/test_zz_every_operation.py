"""The last test of the whole suite: every operation of the model has answered some test's client with success.

Every answer on the way was compared with the model (`support/conform.py`).
"""

import pytest

from support.conform import ANSWERED
from support.shapes import OPERATIONS


def test_every_operation_has_succeeded(request):
    if len({item.module for item in request.session.items}) < 20:
        pytest.skip("only the whole suite has met every operation")
    assert sorted(set(OPERATIONS) - ANSWERED) == []
