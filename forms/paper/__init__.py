"""Stamped, numbered paper forms: what is printed on them, and where their boxes are."""

from forms.paper.batch import Batch, Heading, boxes, render_batch, write_batch
from forms.paper.form_proof import FormProof, PageIdentity

__all__ = ["Batch", "Heading", "FormProof", "PageIdentity", "boxes", "render_batch", "write_batch"]
