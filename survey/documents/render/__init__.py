"""From a report's record to bytes: PDF after decree 30/2020, XLSX, and the typefaces they need."""
