"""Outgoing mail: letters as data, and the line to the mail server. Knows no database and no request."""
