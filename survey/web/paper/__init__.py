"""Pages about paper: entry, checks, second keying, sheets and scans."""
