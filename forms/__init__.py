"""The instrument: a questionnaire as data, its forms on paper and screen, its answers, its proven addresses and QR codes."""
