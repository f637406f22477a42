"""Posters, table tents and pocket cards that carry a counter's QR code: one drawing, as PDF and as SVG."""
