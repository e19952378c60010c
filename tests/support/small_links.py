"""Links in a list: the plain source that traces are tried on."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from traceability.genealogy import Link

START = datetime(2026, 11, 20, tzinfo=UTC)


def at(minute):
    return START + timedelta(minutes=minute)


def link(parent, child, minute=0, *, action="ADD", author="a", seq=None, certain=True, **fields):
    return Link(
        parent=parent,
        child=child,
        certain=certain,
        event_time=at(minute),
        author=author,
        chain="c",
        seq=minute if seq is None else seq,
        action=action,
        **fields,
    )


class Links(list):
    def below(self, items):
        return [link for link in self if link.parent in items]

    def above(self, items):
        return [link for link in self if link.child in items]


def any_links(items="abcdef", size=14, authors="xy"):
    """Statements of some authors, some of them declared wrong."""
    names = st.sampled_from(items)
    return st.lists(
        st.builds(
            link,
            names,
            names,
            st.integers(0, 9),
            action=st.sampled_from(["ADD", "ADD", "DELETE"]),
            author=st.sampled_from(authors),
            seq=st.integers(0, 1000),
            position=st.sampled_from([None, "p"]),
            erroneous=st.sampled_from([False, False, False, True]),
            record=st.sampled_from(["", "r"]),
        ),
        unique_by=lambda link: (link.author, link.seq),
        max_size=size,
    )
