"""What the page says about a line, and that nothing from outside can become HTML."""

import html
import re
from datetime import timedelta, timezone

import msgspec
import pytest

from edge_agent.complaint import Trouble
from edge_agent.local_page.condition import Level, level_of, notes_of
from edge_agent.local_page.language import LANGUAGES, words
from edge_agent.local_page.markup import joined, tag
from edge_agent.local_page.metrics import metrics_text
from edge_agent.local_page.page import page_html
from edge_agent.local_page.result_parts import share
from edge_agent.status import InterlockStatus
from edge_agent.status_text import status_text

BEIJING = timezone(timedelta(hours=8))


def texts(page):
    return html.unescape(re.sub(r"<[^>]+>", "\n", page))


def test_all_is_well_when_everything_answers(status):
    page = page_html(status, words("en"), BEIJING)
    assert notes_of(status) == []
    assert "The line is being recorded" in texts(page)
    assert "20:00:00" in page, "times are those of the line"
    assert re.search(r"99\.9\s*%\s*1,249 of 1,250 units OK at first", texts(page))
    assert re.search(r"OP30\s*–\s*no unit submitted yet", texts(page))
    assert re.search(r"Not OK\s*H00003", texts(page))
    assert re.search(r"Not decidable\s*no read\s*not known", texts(page))


def test_what_is_wrong_comes_first_and_says_what_the_agent_said(bad):
    said = texts(page_html(bad, words("en"), BEIJING))
    assert level_of(notes_of(bad)) is Level.ACT
    order = [
        "Somebody must look",
        "Device torque-2 is not connected",
        "Station OP10 cannot be served",
        "not taken over",
    ]
    assert [said.index(text) for text in order] == sorted(said.index(text) for text in order)
    assert "check power, cable, host and port" in said
    assert "database or disk is full" in said
    assert "17 batches" in said


def test_what_controllers_were_told_is_counted_where_one_asked(status):
    told = msgspec.structs.replace(
        status, interlocks=[InterlockStatus(station="OP20", permit=1204, refuse=7, unknown=1)]
    )
    assert "Interlock" not in texts(page_html(status, words("en"), BEIJING))
    assert re.search(r"OP20\s*1,204 permitted · 7 refused · 1 unknown", texts(page_html(told, words("en"), BEIJING)))
    assert re.search(r"OP20\s*允许 1,204 · 拒绝 7 · 不明 1", texts(page_html(told, words("zh-CN"), BEIJING)))
    assert "interlock OP20: 1204 permitted, 7 refused, 1 unknown" in status_text(told)
    assert 'zhuoyue_interlock_answers_total{answer="refuse",station="OP20"} 7.0' in metrics_text(told).decode()


def test_a_hub_that_is_away_stops_no_line_and_one_that_refuses_wants_somebody(status):
    down = msgspec.structs.replace(status, uplink=msgspec.structs.replace(status.uplink, state="down"))
    refused = msgspec.structs.replace(status, uplink=msgspec.structs.replace(status.uplink, state="refused"))
    assert level_of(notes_of(down)) is Level.NOTICE
    assert level_of(notes_of(refused)) is Level.ACT


def test_the_share_reaches_a_hundred_only_when_all_were_ok_at_first():
    assert share(99_999, 100_000) == "99.9"
    assert share(100_000, 100_000) == "100.0"
    assert share(0, 3) == "0.0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_document_without_scripts_that_comes_again_by_itself(bad, language):
    page = page_html(bad, words(language), BEIJING)
    assert f'<html lang="{language}">' in page
    assert '<meta http-equiv="refresh" content="5">' in page
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://(?!hub\.example|id\.gs1\.org)", page)


def test_what_a_device_says_stays_text(status, line):
    hostile = "<script>alert(1)</script>\"'&"
    station = msgspec.structs.replace(line.stations[0], trouble=Trouble(what=hostile, detail=hostile))
    unit = msgspec.structs.replace(line.recent[0], unit=hostile, operation=hostile)
    line = msgspec.structs.replace(line, stations=(station,), recent=(unit,))
    page = page_html(msgspec.structs.replace(status, author=hostile, line=line), words("en"), BEIJING)
    assert "<script>alert" not in page
    assert hostile in html.unescape(page)


def test_elements_escape_texts_and_attributes_but_not_elements():
    made = tag("p", "<", tag("b", "&"), None, title='"')
    assert made == '<p title="&quot;">&lt;<b>&amp;</b></p>'
    assert joined(["a", ["<"]]) == "a&lt;"
