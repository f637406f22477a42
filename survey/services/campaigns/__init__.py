"""Campaigns: loaded once from a plan, with their languages, frozen from then on."""
