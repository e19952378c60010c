import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.pages.graph_layout import Drawing, Size, draw

SIZE = Size(along=100, across=40, gap_along=50, gap_across=10, limit=6)


@st.composite
def graphs(draw_from: st.DrawFn) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Nodes around a start at depth 0, each linked to one nearer to it, with further links of any length."""
    count = draw_from(st.integers(1, 25))
    depths = {"start": 0}
    links = []
    for number in range(count):
        near = draw_from(st.sampled_from(sorted(depths)))
        side = -1 if depths[near] < 0 or (depths[near] == 0 and draw_from(st.booleans())) else 1
        depths[f"n{number}"] = depths[near] + side
        links.append((f"n{number}", near) if side < 0 else (near, f"n{number}"))
    extra = st.tuples(st.sampled_from(sorted(depths)), st.sampled_from(sorted(depths)))
    links += [pair for pair in draw_from(st.lists(extra, max_size=8)) if pair[0] != pair[1]]
    return depths, links


def layers(drawing: Drawing) -> dict[float, list[float]]:
    found: dict[float, list[float]] = {}
    for point in drawing.centres.values():
        found.setdefault(point.along, []).append(point.across)
    return {along: sorted(across) for along, across in found.items()}


@given(graphs())
def test_no_two_nodes_overlap_and_all_are_on_the_paper(graph: tuple[dict[str, int], list[tuple[str, str]]]) -> None:
    drawing = draw(*graph, SIZE, keep="start")
    for across in layers(drawing).values():
        assert len(across) <= SIZE.limit
        assert all(other - one >= SIZE.across + SIZE.gap_across - 0.2 for one, other in pairwise(across))
    for point in drawing.centres.values():
        assert SIZE.along / 2 <= point.along <= drawing.along - SIZE.along / 2
        assert SIZE.across / 2 <= point.across <= drawing.across - SIZE.across / 2


@given(graphs())
def test_what_went_in_stands_before_what_it_went_into(graph: tuple[dict[str, int], list[tuple[str, str]]]) -> None:
    depths, _ = graph
    drawing = draw(*graph, SIZE, keep="start")
    ordered = sorted(drawing.centres, key=lambda node: drawing.centres[node].along)
    assert [depths[node] for node in ordered] == sorted(depths[node] for node in ordered)


@given(graphs(), st.randoms(use_true_random=False))
def test_the_drawing_does_not_depend_on_the_order_of_links(
    graph: tuple[dict[str, int], list[tuple[str, str]]], order: random.Random
) -> None:
    depths, links = graph
    shuffled = links[:]
    order.shuffle(shuffled)
    assert draw(depths, shuffled, SIZE, keep="start") == draw(depths, links, SIZE, keep="start")


@given(graphs())
def test_every_link_between_drawn_nodes_joins_their_edges(graph: tuple[dict[str, int], list[tuple[str, str]]]) -> None:
    depths, links = graph
    drawing = draw(depths, links, SIZE, keep="start")
    wanted = {pair for pair in links if set(pair) <= drawing.centres.keys()}
    assert {(route.child, route.parent) for route in drawing.routes} == wanted
    for route in drawing.routes:
        for node, end in ((route.child, route.points[0]), (route.parent, route.points[-1])):
            assert abs(end.along - drawing.centres[node].along) == SIZE.along / 2
            assert end.across == drawing.centres[node].across
        between = abs(depths[route.child] - depths[route.parent]) - 1
        assert len(route.points) == 2 + max(between, 0)


@given(graphs())
def test_what_is_left_out_is_counted_and_nothing_stands_alone(
    graph: tuple[dict[str, int], list[tuple[str, str]]],
) -> None:
    depths, links = graph
    drawing = draw(depths, links, SIZE, keep="start")
    assert drawing.left_out + len(drawing.centres) == len(depths)
    linked = {node for route in drawing.routes for node in (route.child, route.parent)}
    assert drawing.centres.keys() - linked <= {"start"}


def test_a_lonely_unit_is_drawn() -> None:
    drawing = draw({"x": 0}, [], SIZE, keep="x")
    assert (drawing.along, drawing.across) == (112, 52)


def test_parts_are_centred_on_what_they_went_into() -> None:
    drawing = draw({"a": -1, "b": -1, "c": -1, "start": 0}, [(n, "start") for n in "abc"], SIZE, keep="start")
    assert drawing.centres["start"].across == drawing.centres["b"].across
