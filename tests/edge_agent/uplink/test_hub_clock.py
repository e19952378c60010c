"""How far this clock is from the hub's, from the Date header of one exchange."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.uplink.hub_clock import read_hub_clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def http_date(time):
    return {"date": f"{time:%a, %d %b %Y %H:%M:%S} GMT"}


@given(ahead=st.floats(-1e6, 1e6), there=st.floats(0, 5), back=st.floats(0, 5), moment=st.floats(0, 86400))
def test_the_truth_lies_within_what_is_said(ahead, there, back, moment):
    hub = NOON + timedelta(seconds=moment)
    sent = hub - timedelta(seconds=there) + timedelta(seconds=ahead)
    received = hub + timedelta(seconds=back) + timedelta(seconds=ahead)
    found = read_hub_clock(http_date(hub), sent, received)
    assert abs(found.ahead_s - ahead) <= found.within_s + 0.002
    assert found.within_s == pytest.approx((there + back + 1) / 2, abs=0.002)


@pytest.mark.parametrize(
    "header", [{}, {"date": ""}, {"date": "yesterday"}, {"date": "Sun, 01 Mar 2026 12:00:00"}, {"date": "\x00"}]
)
def test_no_usable_date_is_no_knowledge(header):
    assert read_hub_clock(header, NOON, NOON) is None
