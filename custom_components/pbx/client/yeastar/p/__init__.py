"""The Yeastar P-Series: Appliance, Software and Cloud Edition, OpenAPI v1.0."""

from .pbx import YeastarP

__all__ = ["YeastarP"]
