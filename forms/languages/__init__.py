"""Further languages as folders: a template to fill, the check of what was filled, and recordings to read aloud.

A folder holds ``words.toml``, every sentence of the citizen's pages, the kiosk and one questionnaire, and
``audio/``, recordings named by their keys. Nothing in it is ours: a native speaker fills it, and it is
used only when it is complete. Vietnamese and English ship with the product; theirs hold recordings alone.
"""
