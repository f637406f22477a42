"""Blueprints: parse the request, call one service, render. No query and no arithmetic stands here."""
