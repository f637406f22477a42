"""What an official report says: its record, its sentences and figures, and how it is composed."""
