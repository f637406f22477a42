"""Signing a PDF with the office's certificate, in a child process of its own."""
