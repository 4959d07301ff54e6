"""Input-output tables from CSV files and a manifest in TOML that says what they are.

    [table]
    title_en = "Input-output table of ... 2020"     # or title_zh, or both
    year = 2020                  # what the table describes
    geography = "CN"
    currency = "CNY"
    price_year = 2020            # base year of the prices
    multiple = 10000             # money is counted in 10^4 CNY
    prices = "basic"             # basic, producer or purchaser
    scope = "total"              # domestic, or total with imports
    energy_sectors = ["D35"]
    source = "who published it, where and when"
    licence = "under which terms"
    issued = 2022-09-30          # optional: when it was published, for questions as of a day

    [files]
    coefficients = "a.csv"       # or: transactions and output; or: make and use
    emissions = "emissions.csv"  # columns sector, gas, category, amount, unit
    emissions_are = "per-output" # or total: of the year
    sectors = "sectors.csv"      # optional: code, name_en, name_zh

    [[price_index]]              # optional, as [[exchange_rate]]
    amount = 1.08
    unit = "CNY-2023"
    per = "CNY-2020"
    source = "who published it"

A matrix has a first row of the codes of the buying sectors and a first column of the codes of the selling ones; zeros are
not stored. Every error names file, row and column.
"""

from mappings.inputoutput.convert import Conversion, convert
from mappings.inputoutput.manifest import Manifest, is_manifest, read_manifest

__all__ = ["Conversion", "Manifest", "convert", "is_manifest", "read_manifest"]
