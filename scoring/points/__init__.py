"""Points of the reform index: tables of bands, what a figure earns, and how probable that is."""
