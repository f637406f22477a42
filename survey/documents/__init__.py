"""Official documents: results and headings in, one content record and then PDF and XLSX bytes out.

Pure: knows neither Flask nor the database. ``compose`` builds the one ``content.ReportContent``;
``pdf`` and ``xlsx`` only lay it out, so every output shows the same figures.
"""
