"""Text to values."""

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def boolean(text):
    text = text.strip().lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise ValueError(f"not a boolean: {text!r}")


def listing(text):
    return [part.strip() for part in text.split(",") if part.strip()]


def duration(text):
    """Seconds of ``"90"``, ``"5m"`` or ``"2h"``."""
    factor = {"s": 1, "m": 60, "h": 3600}
    if text[-1] in factor:
        return int(text[:-1]) * factor[text[-1]]
    return int(text)
