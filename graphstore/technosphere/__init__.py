"""The part of the graph that calculates: unit processes, exchanges, factors and gases, read as columns.

extract.extract(select)                      -> footprint.inventory.Inventory
emissions.characterisation(select, rows, set) -> what a kilogram of each emission counts
uncertainty.spreads(select, folder)           -> every number with a stated spread
binding.bind(spreads, snapshot)               -> the places where those numbers stand in the compiled system
snapshot                                     -> the compiled system, kept beside its generation
"""
