"""What the figures of the mailbox mean."""

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

MAIL_HELP = {
    "eight-d": HelpText(
        title=mark("8D report"),
        text=mark(
            "How many of the eight disciplines are marked as done: team, problem, containment, causes, chosen actions, "
            "actions in place, prevention, closure. An accepted investigation waits for all eight."
        ),
        formula="n(done) / 8",
    ),
    "mail-turn": HelpText(
        title=mark("Who must act"),
        text=mark(
            "The sender sends and closes; the receiver confirms, accepts or declines, and reports. The date is the one "
            "by which the sender expects an answer; without an answer it is overdue from the day after."
        ),
    ),
}
