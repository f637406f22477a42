"""The instrument: a questionnaire as data, its web form, its answers, its sealed address and QR code."""
