import pytest

from traceability.errors import Malformed
from traceability.log.cosignature import witness_key
from traceability.log.policy import parse_policy
from traceability.signing import Ed25519Signer

KEYS = {name: witness_key(f"{name}.example", Ed25519Signer.from_seed(name.encode().ljust(32, b"."))) for name in "abcd"}
NESTED = "\n".join(
    [
        *(f"witness {name} {key} https://{name}.example" for name, key in KEYS.items()),
        "# two of the first three, and the fourth",
        "\tgroup three 2 a b c ",
        "group both all three d",
        "quorum both",
        "",
    ]
)


def test_quorums_over_groups():
    policy = parse_policy(NESTED)
    assert policy.witnesses[0].url == "https://a.example"
    for cosigned, enough in (("abd", True), ("abcd", True), ("abc", False), ("ad", False), ("", False)):
        assert policy.holds([KEYS[name] for name in cosigned]) is enough


def test_a_key_that_is_not_in_the_policy_counts_for_nothing():
    stranger = witness_key("a.example", Ed25519Signer.from_seed(b"s" * 32))
    assert not parse_policy(f"witness a {KEYS['a']}\nquorum a\n").holds([stranger])


def test_nobody_is_needed_where_the_policy_says_so():
    assert parse_policy("quorum none").holds([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum x",
        "quorum none\nquorum none",
        "witness none KEY\nquorum none",
        "witness a KEY\nwitness a KEY2\nquorum a",
        "witness a KEY\nwitness b KEY\nquorum a",
        "witness a KEY\ngroup g 2 a\nquorum g",
        "witness a KEY\ngroup g 0 a\nquorum g",
        "witness a KEY\ngroup g any a a\nquorum g",
        "witness a KEY\ngroup g any a\ngroup h any a\nquorum g",
        "group g any b\nwitness b KEY\nquorum g",
        "witness a KEY\ngroup g most a\nquorum g",
        "log KEY\nquorum none",
        "trust me",
        "witness a\nquorum none",
    ],
)
def test_a_policy_that_says_nothing_or_contradicts_itself(text):
    with pytest.raises(Malformed):
        parse_policy(text.replace("KEY2", str(KEYS["b"])).replace("KEY", str(KEYS["a"])))


def test_the_line_is_named():
    with pytest.raises(Malformed) as caught:
        parse_policy("# one\n\nlog x\nquorum none")
    assert caught.value.where == "line 3"
