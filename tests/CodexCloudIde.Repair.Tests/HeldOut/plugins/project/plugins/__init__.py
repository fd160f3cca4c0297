from plugins.core import Pipeline, step

__all__ = ["Pipeline", "step"]
