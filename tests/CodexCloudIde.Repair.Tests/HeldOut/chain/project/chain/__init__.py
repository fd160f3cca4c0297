from chain.linked import Chain

__all__ = ["Chain"]
