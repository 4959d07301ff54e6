"""Competency questions that the reference knowledge alone answers: one test each, with the expected rows."""

from decimal import Decimal


def test_question_4_how_did_the_chinese_grid_factor_change_from_2023_to_2024(facts):
    ((old, new, percent, old_title, new_title),) = facts("04")
    assert (old, new, round(percent, 1)) == (Decimal("0.6205"), Decimal("0.5777"), Decimal("-6.9"))
    assert (old_title, new_title) == (
        "关于发布2023年电力碳足迹因子数据的公告",
        "关于发布2024年电力碳足迹因子数据的公告",
    )


def test_question_5_why_is_the_value_for_guangdong_not_allowed(facts):
    rows = facts("05")
    assert {row[:4] for row in rows} == {
        ("electricity-factor/co2-CN-GD-grid-average-2023", "2023", "electricity CO2 emission factor", False)
    }
    assert {row[5] for row in rows} == {"关于发布2023年电力二氧化碳排放因子的公告"}
    assert "never valid in a product footprint" in rows[0][4]
    assert [(row[6], row[7], row[8]) for row in rows] == [
        ("electricity-factor/footprint-CN-grid-average-2024", "2024", Decimal("0.5777")),
        ("electricity-factor/footprint-CN-grid-average-2023", "2023", Decimal("0.6205")),
    ]


def test_question_6_which_standards_cover_mobile_phones(facts):
    """Number, level, year, status, whether it yields to a national standard; the wider groups come with it."""
    rows = facts("06")
    assert [(row[0], *row[2:5], row[6]) for row in rows if row[5] == "product-group/mobile-phone"] == [
        ("T/CCSA 607-2024", "group", "2024", "recommended", True),
        ("T/DZJN 003-2019", "group", "2019", "listed", None),
        ("YD/T 3048.1.1-2016", "industry", "2016", "listed", None),
        (None, "local", "2022", "draft", None),
    ]
    assert [row[0] for row in rows if row[5] == "product-group/mobile-terminal"] == ["DB44/T 1449.1-2014"]
    assert {"GB/T 37552-2019", "GB/Z 40824-2021"} <= {row[0] for row in rows}


def test_question_7_how_many_standards_each_level_of_the_2022_catalogue_has(facts):
    rows = facts("07")
    assert rows == [("group", 21), ("industry", 6), ("local", 16), ("national", 14)]
    assert sum(count for _, count in rows) == 57


def test_question_8_which_pilot_groups_have_no_national_footprint_standard(facts):
    answer = {group: (pilots, set(near.split("|"))) for group, pilots, near in facts("08")}
    assert set(answer) == {
        "ammonium-phosphate",
        "cement",
        "electrical-electronic",
        "lithium-ion-battery",
        "photovoltaic",
        "steel",
        "textiles",
        "tyres",
        "wood-products",
    }
    assert answer["lithium-ion-battery"][0] == 8
    assert "T/CQAE 12002-2024" in answer["lithium-ion-battery"][1]
    assert answer["tyres"] == (2, {"none"})
    assert {"T/CISA 469-2024", "T/CISA 470-2024"} <= answer["steel"][1]


def test_question_9_which_bodies_may_certify_lithium_ion_batteries(facts):
    rows = facts("09")
    assert len(rows) == 9
    assert rows[0] == ("中国质量认证中心有限公司", "CNCA-R-2002-001")
    assert ("威凯认证检测有限公司", "CNCA-R-2011-159") in rows


def test_question_10_which_pilot_cities_guangdong_has(facts):
    assert {group: set(cities.split("|")) for group, cities in facts("10")} == {
        "lithium-ion-battery": {"Shenzhen", "Guangzhou", "Foshan", "Dongguan", "Zhaoqing", "Shantou"},
        "electrical-electronic": {"Foshan"},
    }


def test_question_11_which_requirements_of_iso_14067_and_pas_2050_differ(facts):
    assert {row[0]: row[-1] for row in facts("11")} == {
        "gases": True,
        "boundary": False,
        "target": True,
        "cut-off": False,
        "references": False,
    }


def test_question_23_which_duties_an_eu_battery_has_and_in_which_legal_state(facts):
    """Dates of Regulation (EU) 2023/1542, Articles 7 and 77, recalled; the act they wait for was not adopted."""
    rows = {(duty, category): rest for duty, category, *rest in facts("23")}
    date, months, status, unverified, note = rows["declaration", "electric-vehicle"]
    assert (date, months, status, unverified) == ("2025-02-18", 12, "in-force", True)
    assert "was not adopted in July 2026" in note
    assert rows["passport", "all"][:2] == ["2027-02-18", None]


def test_question_24_every_row_about_the_us_bill_says_that_it_is_a_bill(facts):
    rows = facts("24")
    assert {row[2] for row in rows} == {"bill"}
    assert {row[1] for row in rows} == {"S.4355", "S.3422; H.R.6622", "S.3523"}
    by_year = {row[3]: row[4:] for row in rows if row[1] == "S.4355"}
    assert by_year["2026"] == (Decimal("62.9695"), Decimal(95), True)


def test_question_26_which_labels_show_a_number_a_grade_a_reduction_or_neutrality(facts):
    rows = {form: (labels, set(countries.split("|"))) for form, labels, countries in facts("26")}
    assert {form: labels for form, (labels, _) in rows.items()} == {
        "grade": 3,
        "leadership": 1,
        "level-reached": 3,
        "measured": 1,
        "neutrality": 2,
        "not-stated": 1,
        "number": 11,
        "reduction": 5,
    }
    assert rows["neutrality"][1] == {"CN", "US"}


def test_question_27_which_policy_sets_which_target_for_2027_and_2030(facts):
    rows = facts("27")
    assert {(row[0], row[2]) for row in rows} == {
        ("2027", "环气候〔2024〕30号"),
        ("2030", "环气候〔2024〕30号"),
        ("2030", "发改环资〔2023〕1529号"),
        ("2030", "国发〔2021〕23号"),
    }
    assert {row[-1] for row in rows} == {"issued"}


def test_question_28_from_which_documents_a_number_comes(facts):
    assert {(step, title) for step, _, title, *_ in facts("28-documents")} == {
        ("document", "关于发布2023年电力碳足迹因子数据的公告"),
        ("read in", "产品碳足迹管理体系建设进展报告（2025）"),
    }


def test_question_28_whether_sources_disagree(facts):
    topic = "claim-topic/number-of-certification-bodies"
    assert [row[1:] for row in facts("28-disagreement") if row[0] == topic] == [
        ("25 bodies", "source/cqc-slides-2025", False),
        ("26 bodies", "source/cqc-slides-2025", True),
        ("26 bodies", "source/csj-footprint-2025", True),
    ]
