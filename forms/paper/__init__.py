"""Stamped, numbered paper forms: what is printed on them, and where their boxes are."""

from forms.paper.batch import AgencyHeading, Batch, boxes, render_batch, write_batch
from forms.paper.form_proof import FormProof, PageIdentity

__all__ = ["Batch", "AgencyHeading", "FormProof", "PageIdentity", "boxes", "render_batch", "write_batch"]
