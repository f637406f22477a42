"""The sections of a report and of its appendices, one module each: tables and sentences from estimates."""
