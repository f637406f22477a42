"""A campaign's plan as data: its record, its validator and the plans that ship with the product."""
