"""openLCA JSON-LD packages, schema 1.x and 2.x, as a zip archive or a folder.

>>> from mappings.olca import convert, read_package
>>> package = read_package("uslci.zip")                                # doctest: +SKIP
>>> conversion = convert(package, dataset_key="uslci")                 # doctest: +SKIP
>>> conversion.report.counts["processes"]                              # doctest: +SKIP
766
"""

from mappings.olca.convert import Conversion, convert
from mappings.olca.package import Package, read_package
from mappings.olca.report import ImportReport, Table

__all__ = ["Conversion", "ImportReport", "Package", "Table", "convert", "read_package"]
