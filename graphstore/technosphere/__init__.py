"""The part of the graph that calculates: unit processes, exchanges, factors and gases, read as columns.

extract.extract(select)                      -> footprint.inventory.Inventory
emissions.characterisation(select, rows, set) -> what a kilogram of each emission counts
snapshot                                     -> the compiled system, kept beside its generation
"""
