"""The kiosk's own addresses, and the office's pages about kiosks."""
