"""Publishing to audiences: what each may read, and totals in place of what it may not (UC-11).

- :mod:`registry.publishing.publish`: bring the stores of audiences up to date
- :mod:`registry.publishing.border`: where what an audience reads draws on what it does not
- :mod:`registry.publishing.totals`: totals of products, computed on the whole store
- :mod:`registry.publishing.statements`: those totals as statements, without any inventory
- :mod:`registry.publishing.check`: whether an audience computes the numbers of the whole store
"""
