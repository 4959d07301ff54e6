"""Which fields of the format come into the graph; all others are counted, so that a reader knows what stayed behind."""

from __future__ import annotations

from mappings.olca.fields import Json, objects, ref
from mappings.olca.package import Package
from mappings.olca.report import ImportReport

_ROOT = "@context @type @id name description version lastChange category"
_FIELDS = {
    "Process": f"{_ROOT} processType location processDocumentation exchanges allocationFactors defaultAllocationMethod "
    "parameters lastInternalId dqEntry",
    "ProcessDocumentation": "@type completenessDescription creationDate dataCollectionDescription dataDocumentor "
    "dataGenerator dataSelectionDescription dataSetOwner dataTreatmentDescription geographyDescription intendedApplication "
    "inventoryMethodDescription modelingConstantsDescription projectDescription publication restrictionsDescription "
    "reviewDetails reviewer samplingDescription sources technologyDescription timeDescription useAdvice validFrom validUntil",
    "Exchange": "@type @id internalId amount amountFormula avoidedProduct isAvoidedProduct baseUncertainty defaultProvider "
    "description dqEntry pedigreeUncertainty flow flowProperty input isInput quantitativeReference isQuantitativeReference "
    "uncertainty unit",
    "Flow": f"{_ROOT} flowType cas formula location flowProperties synonyms refUnit",
    "FlowProperty": f"{_ROOT} unitGroup flowPropertyType",
    "UnitGroup": f"{_ROOT} units defaultFlowProperty",
    "Location": f"{_ROOT} code",
    "Actor": f"{_ROOT} website country",
    "Source": f"{_ROOT} textReference year url",
    "Category": f"{_ROOT} modelType",
    "Parameter": f"{_ROOT} value formula parameterScope inputParameter isInputParameter",
}
CARRIED = {kind: frozenset(fields.split()) for kind, fields in _FIELDS.items()}


def count_not_carried(package: Package, report: ImportReport) -> None:
    """Count the fields of a package that have no place in the graph."""

    def count(kind: str, data: Json) -> None:
        extra = data.keys() - CARRIED[kind]
        if extra:
            report.not_carried.update(f"{kind}.{name}" for name in extra)

    for kind, entities in package.entities.items():
        for entity in entities.values():
            count(kind, entity.data)
    for process in package["Process"].values():
        count("ProcessDocumentation", ref(process.data, "processDocumentation"))
        for exchange in objects(process.data, "exchanges"):
            count("Exchange", exchange)
        for parameter in objects(process.data, "parameters"):
            count("Parameter", parameter)
