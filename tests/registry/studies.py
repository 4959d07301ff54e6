"""A study small enough to be worked out by hand, and judges for it.

1 kg of metal emits 10 kg CO2 (upstream, in the store). 1000 kg of ingots take 1020 kg of metal and emit 50 kg CO2 in the
casting house: per kg 1.02 x 10 = 10.2 of raw materials and 0.05 of manufacturing, 10.25 together.
"""

from __future__ import annotations

import pyoxigraph as ox
from chains import EX, HEAD, process

from registry.judging import Case, Judgement
from shapes.report import VIOLATION, Report, Result

METAL = (HEAD + process("metal", emissions=(("flow:CO2-fossil", 10),))).encode()

STUDY = f"{EX}ingots/study"
INGOT = f"{EX}ingots/ingot"
_HEAD = HEAD + f"@prefix i: <{EX}ingots/> .\n"


def study(
    total: object = 10.25,
    raw: object = 10.2,
    made: object = 0.05,
    *,
    name: str = "study",
    metal: object = 1020,
    settings: str = "tm:gwpSet set:AR6",
    unit: str = "tm:amount 1 ; tm:unit unit:KiloGM",
    provider: str = ":metal",
    more: str = "",
    declared: str = "",
) -> bytes:
    """The file of the study; every figure and the other parts can be exchanged."""
    text = f"""
i:{name} a tm:FootprintStudy ; rdfs:label "ingots"@en, "铝锭"@zh ; tm:studyProduct i:ingot ; tm:declaredUnit i:unit ;
    tm:settings i:settings ; tm:includesProcess i:casting ; tm:declares i:declared .
i:unit a tm:Quantity ; {unit} .
i:settings a tm:MethodSettings ; {settings} .
i:declared a tm:DeclaredFootprint ; tm:ofStudy i:{name} ; tm:co2e {total} ; tm:contribution i:c1, i:c2{declared} .
i:c1 a tm:Contribution ; tm:stage stage:raw-material-acquisition ; tm:co2e {raw} .
i:c2 a tm:Contribution ; tm:stage stage:manufacturing ; tm:co2e {made} .
i:ingot a tm:Product ; rdfs:label "ingot"@en ;
    tm:productGroup <https://w3id.org/tanmai/id/product-group/electrolytic-aluminium> .
i:casting a tm:UnitProcess ; rdfs:label "casting"@en ; tm:quantitativeReference i:out ; tm:output i:out ;
    tm:input i:in ; tm:emission i:off .
i:out a tm:Exchange ; tm:flow i:ingot ; tm:amount 1000 ; tm:unit unit:KiloGM .
i:in a tm:Exchange ; tm:flow {provider} ; tm:amount {metal} ; tm:unit unit:KiloGM ; tm:stage stage:raw-material-acquisition .
i:off a tm:Exchange ; tm:flow flow:CO2-fossil ; tm:amount 50 ; tm:unit unit:KiloGM ; tm:stage stage:manufacturing .
{more}"""
    return (_HEAD + text).encode()


def approving(case: Case) -> Judgement:
    """Find nothing wrong."""
    return Judgement(Report(True, (), "none"), ())


def objecting(case: Case) -> Judgement:
    """Find one violation."""
    shape = ox.NamedNode("https://w3id.org/tanmai/shapes/GEN-01")
    component = ox.NamedNode("http://www.w3.org/ns/shacl#MinCountConstraintComponent")
    message = ox.Literal("state a unit", language="en")
    result = Result(ox.NamedNode(STUDY), None, None, VIOLATION, component, shape, messages=(message,))
    return Judgement(Report(False, (result,), "none"), ())
