import pytest

from insula.catalog import Catalog, load_study
from insula.core.errors import InsulaError, InvalidText, UnknownName
from insula.core.i18n import pick


def shown(science):
    return [problem.render(science.root) for problem in Catalog.open(science.root).problems()]


def test_the_good_folder_has_no_problem_and_everything_is_found(science):
    catalog = Catalog.open()
    assert catalog.problems() == []
    assert catalog.modules["glucose"].parameters[1].symbol == "S_I"
    assert catalog.modules["glucose"].parameters[1].row == 3
    assert catalog.modules["insulin"].parameters[1].value is None
    assert catalog.models["metabolic"].actions[0].expression == "insulin.I + value"
    assert catalog.therapies["pump"].dose.operation == "add"
    assert catalog.populations["adults"].traits["sex"].share_female.value == 0.5
    assert catalog.populations["adults"].traits["age"].high == 65
    assert catalog.habits["one_meal"].meals[0].at.varies_by == "occasion"
    assert catalog.regimens["boluses"].titration.fasting.high.unit == "mg_per_dL"
    assert catalog.protocols["pump_protocol"].give[1].from_.value == 0
    assert catalog.studies["smith_2001_pump"].arms["pump"].size == 10
    assert catalog.endpoints["tir"].limits["low"].value == 70
    assert catalog.citations["smith2001"].link == "https://doi.org/10.1000/tiny"
    assert catalog.evidence("insulin").outcomes[0].cells["value"] == "50"
    assert [(row.source, row.target) for row in catalog.handover][1] == (
        "metabolic:insulin.I",
        "disease:averaged_day.mean_insulin",
    )


def test_titles_can_be_picked_by_language(science):
    assert pick(Catalog.open().protocols["pump_protocol"].title, "zh_CN") == "泵"
    assert pick(Catalog.open().protocols["pump_protocol"].title, "en") == "Pump"


def test_records_are_frozen(science):
    with pytest.raises(ValueError, match="frozen"):
        Catalog.open().studies["smith_2001_pump"].seed = 2


BROKEN = [
    (
        "habits/one_meal.yaml", "counting_error:", "counting_eror:",
        [':1  key "counting_error" is missing.',
         ':9  unknown key "counting_eror".\n      Did you mean "counting_error"?'],
    ),
    (
        "regimens/boluses.yaml", "value: 126, unit: mg_per_dL,", "value: 126, unti: mg_per_dL,",
        [':29  key "stop.fasting.unit" is missing.',
         ':29  unknown key "unti".\n      Did you mean "unit"?'],
    ),
    (
        "protocols/pump_protocol.yaml", "value: 10, unit", 'value: "10", unit',
        [":4  give.0.dose.value must be a number."],
    ),
    (
        "protocols/pump_protocol.yaml", "to: {value: 8, unit: week}, ", "",
        [":5  give.1: give either at and dose, or from, to and target."],
    ),
    (
        "populations/adults.yaml", "high: 65, varies_by: patient", "high: 65, varies_by: person",
        [':9  traits.age.varies_by "person" is none of none, ensemble, patient, occasion.'],
    ),
    (
        "populations/adults.yaml", "spread_type: sd, spread_low: 5", "spread_type: sd",
        [":10  traits.duration: spread_type sd needs one number, not negative, in spread_low."],
    ),
    (
        "populations/adults.yaml", '"derived:trait.age', '"trait.age',
        [":11  traits.onset: a quantity needs a value, or source: derived:<formula> or history:<what>."],
    ),
    (
        "populations/adults.yaml", "  - {quantity: endpoint.tir, at_most: {value: 70, unit: percent}, source",
        "  - {quantity: endpoint.tir, source",
        [":22  eligible.1: at_least or at_most must be given."],
    ),
    (
        "studies/smith_2001_pump.yaml", "size: 10", "size: 0",
        [":6  arms.pump.size must be at least 1."],
    ),
    (
        "studies/smith_2001_pump.yaml", "id: smith_2001_pump", "id: smith_2001",
        [':1  id "smith_2001" is not the name of the file.'
         "\n      Write id: smith_2001_pump, or rename the file."],
    ),
    (
        "endpoints.yaml", "family: time", "familly: time",
        [':1  key "tir.family" is missing.',
         ':3  unknown key "familly".\n      Did you mean "family"?'],
    ),
    (
        "biology/therapies/pump/therapy.yaml", "operation: add", "operation: ad",
        [':4  dose.operation "ad" is none of add, set.\n      Did you mean "add"?'],
    ),
    (
        "biology/modules/glucose/parameters.csv", "S_I,0.0001", "S_I,1e-4x",
        [' row 3 (S_I)  value "1e-4x" is not a number.'],
    ),
    (
        "biology/modules/glucose/parameters.csv", "smith2001,Table 2", "smith2001,",
        [" row 3 (S_I)  place is empty."],
    ),
    (
        "biology/modules/glucose/parameters.csv", "fitted,,,checked", "guessed,,,checked",
        [' row 3 (S_I)  reason "guessed" is none of measured, fitted, allometric, '
         "steady_state, assumed."],
    ),
    (
        "biology/modules/glucose/parameters.csv", "cv,0.3,,lognormal", "cv,0.3,,point",
        [" row 3 (S_I)  spread_type cv without a distribution."],
    ),
    (
        "biology/modules/glucose/parameters.csv", "production,1,", "production,,",
        [" row 4 (production)  value is empty, and source is not derived:<formula>."],
    ),
    (
        "biology/modules/glucose/parameters.csv", "cv,0.3,,lognormal", "cv,0.3,,log_normal",
        [' row 3 (S_I)  distribution "log_normal" is not one of the forms allowed.'],
    ),
    (
        "biology/modules/glucose/behaviour.csv", "70,110", "110,70",
        [" row 2 (fasting)  low is above high."],
    ),
    (
        "biology/models/handover.csv", "mean,", "average,",
        [' row 3 (metabolic:insulin.I)  statistic "average" is not one of the forms allowed.'],
    ),
    (
        "biology/citations.bib", "year = {2001},\n", "year = {2001,\n",
        [':1  entry "smith2001" is not readable: the file ends inside it.'],
    ),
    (
        "evidence/insulin/arms.csv", "study_id,arm_id,label", "study_id,arm,label",
        [' row 1  column "arm_id" is missing.', ' row 1  unknown column "arm".'],
    ),
    (
        "regimens/boluses.yaml", "correction: {target: {value: 120, unit: mg_per_dL, ",
        "correction: {target: {value: 120, note: high, as usual, unit: mg_per_dL, ",
        [':10  unknown key "as usual".\n      A text with a comma needs "quotes".'],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), BROKEN, ids=[f"{b[0]}: {b[2]}" for b in BROKEN])
def test_one_thing_broken_is_told_exactly(science, file, old, new, expected):
    science.edit(file, old, new)
    found = shown(science)
    assert len(found) == len(expected), found
    for text, start in zip(found, expected, strict=True):
        assert text.startswith(f"ERROR {file}{start}"), text


def test_all_problems_are_told_at_once(science):
    science.edit("studies/smith_2001_pump.yaml", "size: 10", "size: ten")
    science.edit("studies/smith_2001_pump.yaml", "seed: 1", "seed: -1")
    science.edit("habits/one_meal.yaml", "id: one_meal", "id: meal")
    assert len(shown(science)) == 3


def test_a_broken_text_is_raised_when_it_is_asked_for_and_not_before(science):
    science.edit("studies/smith_2001_pump.yaml", "size: 10", "size: ten")
    catalog = Catalog.open()
    assert catalog.populations["adults"].ensemble_members == 2
    assert "smith_2001_pump" in catalog.studies
    with pytest.raises(InvalidText, match=r"smith_2001_pump.yaml:6  arms.pump.size must be a whole number"):
        catalog.studies["smith_2001_pump"]


def test_an_unknown_study_names_the_close_ones(science):
    with pytest.raises(UnknownName) as trouble:
        load_study("smith_2001_pumps")
    assert str(trouble.value) == 'There is no study "smith_2001_pumps". Did you mean "smith_2001_pump"?'


def test_a_study_may_lie_anywhere(science, tmp_path):
    elsewhere = tmp_path / "mine.yaml"
    text = (science.root / "studies" / "smith_2001_pump.yaml").read_text(encoding="utf-8")
    elsewhere.write_text(text.replace("id: smith_2001_pump", "id: mine"), encoding="utf-8")
    assert load_study(elsewhere).id == "mine"
    assert load_study("smith_2001_pump").id == "smith_2001_pump"
    with pytest.raises(InsulaError, match="There is no file .*missing.yaml"):
        load_study(tmp_path / "missing.yaml")


def test_an_entry_knows_the_lines_of_its_keys(science):
    entry = Catalog.open().populations.entry("adults")
    assert entry.line("traits", "sex") == 12
    assert entry.line("eligible", 1, "quantity") == 22
