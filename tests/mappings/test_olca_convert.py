"""From a package to the graph pattern of the calculation."""

import pytest
from olca_fixtures import (
    BASE,
    UNIT,
    Graph,
    edit,
    entities,
    exchange,
    flow,
    process,
    ref,
    with_exchange,
)

from mappings.errors import PackageError
from mappings.flowmap import FlowMap

KG, MJ, KWH, T, M3 = (UNIT + u for u in ("KiloGM", "MegaJ", "KiloW-HR", "TONNE", "M3"))


def test_core_pattern(graph):
    g = graph(entities())
    assert g.values("process/p-steel", "output") == ["exchange/p-steel-1", "exchange/p-steel-3"]
    assert g.values("process/p-steel", "input") == ["exchange/p-steel-2", "exchange/p-steel-5"]
    assert g.values("process/p-steel", "emission") == ["exchange/p-steel-4"]
    assert g.value("process/p-steel", "quantitativeReference") == "exchange/p-steel-1"
    assert g.value("exchange/p-steel-2", "flow") == "flow/f-power"
    assert float(g.value("exchange/p-steel-2", "amount")) == 500.0
    assert g.value("exchange/p-steel-2", "unit") == KWH
    assert g.value("process/p-slag", "input") == g.value("process/p-slag", "quantitativeReference")
    kinds = [
        g.value(f"flow/{f}", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type") for f in ("f-steel", "f-slag", "f-co2")
    ]
    assert [k.rpartition("#")[2] for k in kinds] == ["Product", "WasteFlow", "ElementaryFlow"]


def test_documentation(graph):
    g = graph(entities())
    dcterms = "http://purl.org/dc/terms/"
    assert g.value("process/p-steel", "referenceYear") == "2022"
    assert g.value("process/p-steel", f"{dcterms}temporal") == "period/2022-01-01--2025-12-31"
    assert g.value("period/2022-01-01--2025-12-31", "http://www.w3.org/ns/dcat#endDate") == "2025-12-31"
    assert g.value("process/p-steel", f"{dcterms}creator") == "actor/a-1"
    assert g.value("process/p-steel", f"{dcterms}source") == "source/s-1"
    assert g.value("source/s-1", f"{dcterms}issued") == "1999"
    assert g.value("process/p-steel", "geography") == "geography/US"
    assert g.value("process/p-steel", "technologyDescription") == "electric arc"
    note = g.value("process/p-steel", "documentation")
    assert (g.value(note, "documentationField"), g.value(note, "http://www.w3.org/1999/02/22-rdf-syntax-ns#value")) == (
        "samplingDescription",
        "survey",
    )
    assert g.value("flow/f-steel", "categoryPath") == "metals/iron"
    assert g.value("flow/f-steel", f"{dcterms}identifier") == "f-steel"
    assert g.value("exchange/p-steel-4", "uncertainty") == "uncertainty/p-steel-4"
    assert float(g.value("uncertainty/p-steel-4", "standardDeviation")) == 5.0


def test_fields_without_a_place_are_counted(run):
    assert run(entities()).report.not_carried == {"Actor.telephone": 1}


class TestAmounts:
    def test_an_amount_from_its_formula(self, run):
        parameters = [{"name": "loss", "value": 0.25}, {"name": "Net", "formula": "2 * base"}]
        data = [
            *entities(),
            {"@type": "Parameter", "@id": "g-1", "name": "Base", "value": 3.0},
            {"@type": "Parameter", "@id": "g-2", "name": "loss", "value": 9},
        ]
        data = edit(
            with_exchange(
                data, "p-steel", exchange(9, "f-power", None, "energy-MJ", into=True, amountFormula="net/(1-Loss)")
            ),
            "p-steel",
            parameters=parameters,
        )
        conversion = run(data)
        g = Graph(conversion.data)
        assert float(g.value("exchange/p-steel-9", "amount")) == 8.0
        assert g.value("exchange/p-steel-9", "amountFormula") == "net/(1-Loss)"
        assert float(g.value("parameter/p-steel-loss", "amount")) == 0.25
        assert conversion.report.counts["amounts computed from formulas"] == 1

    def test_a_stated_amount_beside_a_formula_is_taken(self, graph):
        g = graph(
            with_exchange(
                entities(), "p-steel", exchange(9, "f-power", 4.0, "energy-MJ", into=True, amountFormula="no such")
            )
        )
        assert float(g.value("exchange/p-steel-9", "amount")) == 4.0

    @pytest.mark.parametrize(
        ("amount", "more", "cause"),
        [
            (None, {}, "states no amount"),
            (None, {"amountFormula": "x + 1"}, "the parameter 'x' is not defined"),
            (float("nan"), {}, "NaN and infinity"),
            (float("inf"), {}, "NaN and infinity"),
            ("5", {}, "not a number"),
            (True, {}, "not a number"),
        ],
    )
    def test_amounts_that_are_none(self, run, amount, more, cause):
        with pytest.raises(PackageError, match=cause) as error:
            run(with_exchange(entities(), "p-steel", exchange(9, "f-power", amount, "energy-MJ", into=True, **more)))
        assert error.value.file == "processes/p-steel.json"
        assert "exchange 9" in str(error.value)


class TestSides:
    @pytest.mark.parametrize(("stored_as_input", "moved"), [(True, 0), (False, 1)])
    def test_an_avoided_product_is_an_input_to_be_credited(self, run, stored_as_input, moved):
        conversion = run(
            with_exchange(
                entities(),
                "p-steel",
                exchange(9, "f-power", 5.0, "energy-MJ", into=stored_as_input, isAvoidedProduct=True),
            )
        )
        g = Graph(conversion.data)
        assert "exchange/p-steel-9" in g.values("process/p-steel", "input")
        assert g.value("exchange/p-steel-9", "avoided") == "true"
        assert conversion.report.counts["avoided exchanges moved to the asking side"] == moved

    def test_avoided_waste_is_an_output(self, graph):
        g = graph(with_exchange(entities(), "p-steel", exchange(9, "f-slag", 5.0, "mass-kg", isAvoidedProduct=True)))
        assert "exchange/p-steel-9" in g.values("process/p-steel", "output")
        assert g.value("exchange/p-steel-9", "avoided") == "true"

    def test_a_flow_on_both_sides_is_two_nodes_where_they_differ(self, run):
        data = with_exchange(entities(), "p-hydro", exchange(9, "f-co2", 3.0, "mass-kg", into=True))
        short = FlowMap.default()
        g = Graph(run(edit(data, "f-co2", name="Carbon dioxide"), flow_map=short).data)
        assert g.value("exchange/p-hydro-9", "flow") == "flow/f-co2-input"
        assert g.value("flow/f-co2-input", "emissionCategory") == "emission-category/biogenic-co2-uptake"
        assert g.value("flow/f-co2-input", "http://www.w3.org/ns/prov#wasDerivedFrom") == "flow/f-co2"
        assert g.value("flow/f-co2", "emissionCategory") == "emission-category/fossil"
        assert g.value("exchange/p-steel-4", "flow") == "flow/f-co2"
        assert "exchange/p-hydro-9" in g.values("process/p-hydro", "input")

    def test_a_resource_on_both_sides_stays_one_node(self, graph):
        data = with_exchange(
            entities(),
            "p-hydro",
            exchange(8, "f-lead", 3.0, "mass-kg", into=True),
            exchange(9, "f-lead", 3.0, "mass-kg"),
        )
        g = graph(data)
        assert g.value("exchange/p-hydro-8", "flow") == g.value("exchange/p-hydro-9", "flow") == "flow/f-lead"
        assert g.values("flow/f-lead", "gas") == []


class TestLinking:
    def test_report_and_linking_graph(self, run):
        conversion = run(entities())
        report = conversion.report
        assert dict(report.inputs) == {"linked to the lowest identifier of several processes": 1, "unlinked": 1}
        assert dict(report.outputs) == {"linked by the only process with that reference flow": 1}
        assert report.table("ambiguous").rows == (("power", 1, "p-coal", "coal power", "p-hydro", "f-power"),)
        assert report.table("unlinked").rows == (("embrace", "product", "input", 1, 0, "f-hug"),)
        g = Graph(conversion.linking)
        assert g.value("exchange/p-steel-2", "linkedTo") == "process/p-coal"
        assert g.value("exchange/p-steel-2", "linkingRule") == "linking-rule/lowest-identifier"
        assert g.value("linking-model/test", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type").endswith(
            "#LinkingModel"
        )

    @pytest.mark.parametrize(
        ("provider", "outcome"),
        [
            ("p-hydro", "linked by the default provider"),
            ("p-slag", "linked by a default provider that has another reference flow"),
            ("p-absent", "default provider not in the package"),
        ],
    )
    def test_a_stated_provider_comes_first(self, run, provider, outcome):
        data = entities()
        own = next(item for item in data if item["@id"] == "p-steel")["exchanges"]
        own[1]["defaultProvider"] = ref(provider)
        conversion = run(data)
        assert Graph(conversion.data).value("exchange/p-steel-2", "defaultProvider") == f"process/{provider}"
        assert conversion.report.inputs[outcome] == 1
        assert conversion.linking == b""

    def test_a_treatment_of_several_wastes_has_as_many_products(self, run):
        ash = flow("f-ash", "WASTE", "ash", {"Mass": 1.0})
        data = with_exchange([*entities(), ash], "p-slag", exchange(2, "f-ash", 1.0, "mass-kg", into=True))
        report = run(data).report
        assert report.outputs["co-products beside the reference"] == 1
        assert report.counts["processes with several products"] == 1
        assert report.warnings == run(entities()).report.warnings

    def test_references(self, run):
        twice = [
            exchange(1, "f-steel", 1.0, "mass-t", isQuantitativeReference=True),
            exchange(2, "f-power", 1.0, "energy-MJ", isQuantitativeReference=True),
        ]
        with pytest.raises(PackageError, match="marks 2 exchanges"):
            run(edit(entities(), "p-steel", exchanges=twice))
        warnings = run(edit(entities(), "p-steel", exchanges=[])).report.warnings
        assert any("p-steel.json: the process steel making has no quantitative reference" in w for w in warnings)


class TestAllocation:
    def factors(self, *values, method="PHYSICAL_ALLOCATION"):
        return [
            {"allocationType": method, "product": ref(f), "value": v}
            for f, v in zip(("f-steel", "f-power"), values, strict=False)
        ]

    def joint(self, method, factors):
        data = with_exchange(entities(), "p-steel", exchange(9, "f-power", 5.0, "energy-MJ"))
        return edit(data, "p-steel", defaultAllocationMethod=method, allocationFactors=factors)

    def test_a_chosen_and_complete_method_is_used(self, graph):
        g = graph(self.joint("PHYSICAL_ALLOCATION", self.factors(0.75, 0.25)))
        assert g.value("process/p-steel", "allocationMethod") == "allocation/stated"
        assert [float(g.value(f"exchange/p-steel-{e}", "allocationFactor")) for e in (1, 9)] == [0.75, 0.25]

    @pytest.mark.parametrize(
        ("method", "values", "warned"),
        [
            (None, (0.75, 0.25), False),
            ("NO_ALLOCATION", (0.75, 0.25), False),
            ("PHYSICAL_ALLOCATION", (0.75,), True),
            ("PHYSICAL_ALLOCATION", (0.75, 0.2), True),
            ("PHYSICAL_ALLOCATION", (1.25, -0.25), True),
            ("ECONOMIC_ALLOCATION", (0.75, 0.25), True),
            ("CAUSAL_ALLOCATION", (0.75, 0.25), True),
        ],
    )
    def test_otherwise_the_factors_are_kept_and_nothing_is_chosen(self, run, method, values, warned):
        conversion = run(self.joint(method, self.factors(*values)))
        g = Graph(conversion.data)
        assert g.values("process/p-steel", "allocationMethod") == []
        assert len(g.values("process/p-steel", "hasAllocationStatement")) == len(values)
        assert float(g.value("allocation-factor/p-steel-1", "amount")) == values[0]
        assert g.value("allocation-factor/p-steel-1", "allocatedProduct") == "flow/f-steel"
        assert any("is chosen, but its factors" in w for w in conversion.report.warnings) == warned

    def test_a_causal_factor_names_its_exchange(self, graph):
        causal = [
            {
                "allocationType": "CAUSAL_ALLOCATION",
                "product": ref("f-steel"),
                "exchange": {"internalId": 4},
                "value": 1.0,
            }
        ]
        assert (
            graph(self.joint(None, causal)).value("allocation-factor/p-steel-1", "appliesToExchange")
            == "exchange/p-steel-4"
        )


def test_repeated_exchange_identifiers_stay_apart(graph):
    data = with_exchange(entities(), "p-steel", *(exchange(4, "f-lead", a, "mass-kg") for a in (1.0, 2.0)))
    g = graph(data)
    assert g.values("process/p-steel", "emission") == [f"exchange/p-steel-4{n}" for n in ("", "-2", "-3")]
    assert [float(g.value(f"exchange/p-steel-4{n}", "amount")) for n in ("", "-2", "-3")] == [1800.0, 1.0, 2.0]


def test_exchanges_without_identifier_get_a_stable_one(graph):
    bare = [
        {k: v for k, v in exchange(1, "f-lead", a, "mass-kg").items() if k not in ("internalId", "@id")}
        for a in (1.0, 2.0)
    ]
    g = graph(with_exchange(entities(), "p-steel", *bare))
    assert {"exchange/p-steel-flow-f-lead", "exchange/p-steel-flow-f-lead-2"} <= set(
        g.values("process/p-steel", "emission")
    )


def test_odd_identifiers_make_valid_iris(graph):
    odd = process("p <odd> ä", "odd", exchange(1, "f-power", 1.0, "energy-MJ", isQuantitativeReference=True))
    assert graph([*entities(), odd]).value("process/p%20%3Codd%3E%20%C3%A4", "quantitativeReference")


def test_a_flow_that_the_package_does_not_hold(run):
    known = exchange(9, "f-new", 1.0, "mass-kg", into=True) | {
        "flow": ref("f-new", name="nickel", flowType="PRODUCT_FLOW")
    }
    conversion = run(with_exchange(entities(), "p-steel", known))
    assert Graph(conversion.data).value("flow/f-new", "http://www.w3.org/2000/01/rdf-schema#label") == "nickel"
    assert any("f-new (nickel) is not in the package" in w for w in conversion.report.warnings)
    with pytest.raises(PackageError, match="has the type None"):
        run(with_exchange(entities(), "p-steel", exchange(9, "f-unknown", 1.0, "mass-kg")))
    with pytest.raises(PackageError, match="names no flow"):
        run(with_exchange(entities(), "p-steel", {"internalId": 9, "amount": 1.0}))


def test_the_flow_map_is_reported(run):
    report = run([*entities(), flow("f-hfc", "ELEMENTARY", "Halon 1301", {"Mass": 1.0}, "air")]).report
    assert report.table("gases").rows == (("Carbon dioxide", "output", "CO2", "fossil", 1, 2),)
    assert report.table("unmapped") is None
    data = with_exchange(entities(), "p-hydro", exchange(9, "f-co2", 3.0, "mass-kg", into=True))
    data = edit(data, "f-co2", name="Carbon dioxide, fossil")
    assert run(data).report.table("unmapped").rows == (
        ("Carbon dioxide, fossil", "air/unspecified", "input", 1, "f-co2"),
    )


def test_report_is_plain_json(run):
    import json

    report = json.loads(json.dumps(run(entities()).report.as_dict()))
    assert report["counts"]["processes"] == 4
    assert report["tables"]["linking"]["columns"] == ["side", "outcome", "exchanges"]


def test_another_base(run):
    data = run(entities(), base="https://example.org/plant").data
    assert BASE.encode() not in data
    assert b"<https://example.org/plant/id/process/p-steel>" in data
