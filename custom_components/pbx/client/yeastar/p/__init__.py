"""The Yeastar P-Series: Appliance, Software and Cloud Edition, OpenAPI v1.0."""

from .pbx import YeastarP
from .transport import is_p_series

__all__ = ["YeastarP", "is_p_series"]
