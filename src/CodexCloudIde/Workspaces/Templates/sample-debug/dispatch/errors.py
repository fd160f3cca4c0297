"""What can be wrong with a feed, as opposed to with this program."""


class FeedError(Exception):
    """A feed cannot be used; the message is shown to the operator."""

    def __init__(self, message, record_id=None):
        super().__init__(message if record_id is None else f"{record_id}: {message}")
        self.record_id = record_id


class UnknownArticle(FeedError):
    def __init__(self, sku):
        super().__init__(f"unknown article {sku!r}")
        self.sku = sku
