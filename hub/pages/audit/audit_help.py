"""What is explained on the audit pages."""

from collections.abc import Mapping

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

AUDIT_HELP: Mapping[str, HelpText] = {
    "audit-reads": HelpText(
        title=mark("Questions of others"),
        text=mark(
            "Each time a partner's question looked at records of yours, an entry says when, by which token or account, "
            "how many rows of each kind and the first items. It names what was looked at, also what the question then "
            "left out: a little too much, never too little. The operator sees everything; of it questions are counted."
        ),
    ),
    "audit-policy": HelpText(
        title=mark("By which policy"),
        text=mark(
            "The place in the log of the newest policy that let this through: batch and line. Without a policy of its "
            "own a partner sees one step up and down."
        ),
    ),
    "audit-place": HelpText(
        title=mark("Place in the log"),
        text=mark(
            "Number of the batch in the transparency log, and the line in it. The link gives the record with its "
            "proof: signature, Merkle path and checkpoint."
        ),
    ),
    "audit-log": HelpText(
        title=mark("The log"),
        text=mark(
            "Every batch that was ever taken is a leaf of a Merkle tree. Its root changes with every batch and can't "
            "be made again for another history: a signed checkpoint that is kept holds the hub to what it showed."
        ),
    ),
    "audit-witness": HelpText(
        title=mark("Witness"),
        text=mark(
            "A partner's program that cosigns a checkpoint only if the log still holds everything it cosigned before. "
            "As long as one witness is honest, nobody is shown another history. How many batches it is behind says how "
            "much only the hub vouches for yet."
        ),
    ),
    "policy-kinds": HelpText(
        title=mark("Sharing policy"),
        text=mark(
            "What a partner may see of your records of a part, kind by kind. The policy that speaks most particularly "
            "decides alone: of this partner and this part, else of this partner, else of this part, else of all. What "
            "it does not name is withheld. It never reaches back: what was seen was seen."
        ),
    ),
}
