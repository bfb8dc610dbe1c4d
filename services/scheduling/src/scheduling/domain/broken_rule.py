"""What a rule says when something would break it."""


class BrokenRuleError(ValueError):
    """A rule forbids this. `field` names the input it is about; the message is a sentence for the person who sent it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence
