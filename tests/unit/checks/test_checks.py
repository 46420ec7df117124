"""One thing is broken in a good science folder; exactly that is told."""
# ruff: noqa: E501 (one row of the table of breakages reads best on one line)

import shutil

import pytest

from insula.checks import check
from insula.core.i18n import translator
from insula.core.spoken import speaking
from languages import english_in, has_chinese

GLUCOSE = "biology/modules/glucose/glucose.ant"
NUMBERS = "biology/modules/glucose/parameters.csv"
HELD = "biology/modules/glucose/behaviour.csv"
WIRING = "biology/models/metabolic.ant"
PEOPLE = "populations/adults.yaml"
PROTOCOL = "protocols/pump_protocol.yaml"
STUDY = "studies/smith_2001_pump.yaml"


def shown(science):
    return [problem.render(science.root) for problem in check(science.root)]


def test_the_good_folder_has_no_problem(science):
    assert shown(science) == []


BROKEN = [
    # what a module is held to
    (HELD, ",end,", ",ends,", ' row 2 (fasting)  There is no statistic "ends". Did you mean "end"?'),
    (HELD, "measure 0-600", "measure 0 to 600", ' row 2 (fasting)  cannot read "measure 0 to 600" in the protocol'),
    (HELD, "glucose.G,", "glucse.G,", ' row 2 (fasting)  There is no module "glucse". Did you mean "glucose"?'),
    # symbols
    (GLUCOSE, "S_I*I*G;", "S_I*Ii*G;", ':12  symbol "Ii" is used but not declared.\n      Did you mean "I"?'),
    (NUMBERS, "S_I,0.0001", "S_J,0.0001",
     [f'{GLUCOSE}:16  symbol "S_I" has no row in parameters.csv and is no port or state.\n      Did you mean "S_J"?',
      f'{NUMBERS} row 3 (S_J)  symbol "S_J" is not in glucose.ant.\n      Did you mean "S_I"?']),
    (NUMBERS, "G_0,100", "G_0,90,mg_per_dL,none,,,point,none,smith2001,Table 1,measured,,,proposed,\nG_0,100",
     ' row 3 (G_0)  symbol "G_0" has two rows.\n      Keep one.'),
    (NUMBERS, "S_I,0.0001,L_per_pmol_min,cv,0.3,,lognormal",
     "I,1,pmol_per_L,none,,,point,none,smith2001,T,measured,,,proposed,\nS_I,0.0001,L_per_pmol_min,cv,0.3,,lognormal",
     ' row 3 (I)  symbol "I" is a port in glucose.ant.\n      Remove the row.'),
    (GLUCOSE, "  G = G_0;\n", "",
     [f'{GLUCOSE}:7  state "G" has no initial value.\n      Write: G = G_0;']),
    (GLUCOSE, "G_0 has mg_per_dL;", "G_0 has mg_per_dL;  S_I has L_per_pmol_min;",
     ':16  symbol "S_I" is defined twice.\n      Keep one.'),
    # units
    (GLUCOSE, "S_I has L_per_pmol_min;", "S_I has L_per_pmol;",
     [f'{GLUCOSE}:16  unit "L_per_pmol" of "S_I" is not defined in units.ant.\n      Did you mean "L_per_pmol_min"',
      f'{GLUCOSE}:12  the units of uptake do not fit: it is ', f"{NUMBERS} row 3 (S_I)  unit is ", f"{GLUCOSE}"]),
    (NUMBERS, "production,1,mg_per_dL_min", "production,1,mg_per_dL",
     ' row 4 (production)  unit is "mg_per_dL", but glucose.ant declares "mg_per_dL_min".\n      Convert the number'),
    (GLUCOSE, "production - uptake;", "production - 2*uptake;",
     ":13  naked literal 2 in: production - 2*uptake\n      Give it a name, a unit and a row in parameters.csv."),
    (GLUCOSE, "production - uptake;", "production - S_I*uptake;",
     ":13  the units of G do not fit: production is length^-3 mass time^-1 (times 0.1667), S_I * uptake is "),
    ("biology/units.ant", "unit mg_per_dL = 1e-3 gram", "unit mg_per_dL = 1e-6 gram",
     ':4  unit "mg_per_dL" has another size than in units.txt: 1e-6 gram / 1e-1 litre.\n      It should be 1000 times as'),
    ("biology/units.ant", "unit U = item", "unit U = mole",
     ':9  unit "U" has another dimension than in units.txt: mole.'),
    ("biology/modules/glucose/actions.csv", "value,mg_per_dL", "value,mg_per_dLL",
     ' row 2 (infuse)  There is no unit "mg_per_dLL": "dLL" is not in biology/units.txt.'),
    ("biology/modules/glucose/actions.csv", "value,mg_per_dL", "value,mmol_per_L",
     " row 2 (infuse)  the units of glucose.G do not fit: glucose.G is "),
    # wiring
    (WIRING, "  glucose.I is insulin.I;\n", "",
     '  port "glucose.I" is not connected.\n      Write: glucose.I is insulin.I;'),
    (WIRING, "is insulin.I;", "is insulin.J;",
     ':8  there is no symbol "insulin.J" in the model "metabolic".\n      Did you mean "insulin.n" or "insulin.I"?'),
    (WIRING, "is insulin.I;", "is insulin.n;", ':8  "glucose.I" has pmol_per_L, "insulin.n" has per_min.'),
    (WIRING, "  insulin: insulin_module();", "  insulin: insuline_module();",
     [f'{WIRING}:7  there is no module "insuline".\n      Did you mean "insulin"?']),
    ("biology/models/metabolic.actions.csv", "insulin.I + value", "insulin.X + value",
     ' row 2 (bolus)  there is no symbol "insulin.X" in the model "metabolic".'),
    ("biology/models/handover.csv", "disease:store.level,", "disease:store.stock,",
     ' row 2 (disease:store.stock)  there is no symbol "store.stock" in the model "disease".'),
    ("biology/models/handover.csv", "mean,pmol_per_L", "mean,per_min",
     [f'biology/models/handover.csv row 3 (metabolic:insulin.I)  {text}'
      for text in ("disease:averaged_day.mean_insulin takes ", "the mean of metabolic:insulin.I is ")]),
    ("biology/models/handover.csv", "averaged_day.mean_insulin", "averaged_day.mean",
     ' row 3 (metabolic:insulin.I)  there is no symbol "averaged_day.mean" in the model "disease".'),
    ("biology/models/disease.ant", "  averaged_day.level is store.level;\n", "", '  port "averaged_day.level" is not connected.'),
    ("biology/models/clocks.yaml", "weight: insulin.I_0", "weight: body.weight", ':23  there is no symbol "body.weight".'),
    ("biology/models/clocks.yaml", "course: [store.level]", "course: [stores.level]", ':31  there is no symbol "stores.level".'),
    ("biology/models/persons.csv", "90,mg_per_dL", "90,per_min",
     ' row 2 (smith, glucose.G_0)  unit is "per_min", the module declares "mg_per_dL".'),
    ("biology/models/persons.csv", "glucose.G_0", "glucose.G_9", ' row 2 (smith, glucose.G_9)  there is no symbol "glucose.G_9".'),
    (WIRING, "is insulin.I;", "is insulin.I; glucose.G_0 = 3;", '  metabolic.ant:8  cannot read "glucose.G_0 = 3;".'),
    (GLUCOSE, "production - uptake;", "production - * uptake;",
     [f"{GLUCOSE}  Error in glucose.ant, line 13:", f'{GLUCOSE}:13  the units of G do not fit: "production - * uptake" is no formula']),
    (GLUCOSE, "var G; G has mg_per_dL;", "var G, H; G has mg_per_dL; H = G_0;",
     ':7  symbol "H" has no unit.\n      Write: H has <unit>;'),
    # sources
    (NUMBERS, "smith2001,Table 2", "smith2002,Table 2",
     ' row 3 (S_I)  source "smith2002" is not in citations.bib.\n      Did you mean "smith2001"?'),
    (NUMBERS, "balances uptake at the initial value", "",
     " row 4 (production)  production is assumed, but the note is empty.\n      Argue for it in the note."),
    (NUMBERS, "assumed,-,assumed", "assumed,-,measured",
     ' row 4 (production)  production: source is "assumed", but reason is "measured".'),
    ("biology/modules/insulin/parameters.csv", "derived:n*I_0", "derived:n*I_1",
     ' row 3 (infusion)  infusion is derived from "I_1", which does not exist.\n      Did you mean "I_0"?'),
    ("biology/modules/insulin/parameters.csv", "derived:n*I_0", "derived:I_0",
     " row 3 (infusion)  the units of infusion do not fit: "),
    (PEOPLE, '"derived:trait.age - trait.duration"', '"derived:the age less the duration"',
     ':11  traits.onset is derived by "the age less the duration", which is no formula.'),
    (PROTOCOL, "unit: pmol_per_L_min, source: smith2001, place: Table 4, reason: measured}",
     "unit: pmol_per_L_min, source: smith2001, reason: measured}",
     ':5  give.1.target: source "smith2001" given, place is missing.'),
    ("biology/citations.bib", "@article{smith2001,", "@misc{brown1999, doi = {10.1000/x}}\n@article{smith2001,",
     ':1  entry "brown1999" is cited nowhere.'),
    # names
    (STUDY, "population: adults", "population: adult", ':4  there is no population "adult".\n      Did you mean "adults"?'),
    (STUDY, "protocol: pump_protocol", "protocol: pump", ':6  there is no protocol "pump".'),
    (STUDY, "evidence: smith_2001_pump", "evidence: smith_2002", ':11  there is no published study "smith_2002".'),
    (PEOPLE, "habits: one_meal", "habits: two_meals", ':4  there is no habits file "two_meals".\n      Did you mean "one_meal"?'),
    (PEOPLE, "glucose.S_I:", "glucose.S_J:", ':15  there is no symbol "glucose.S_J".\n      Did you mean "glucose.S_I"?'),
    (PEOPLE, "[trait.age, trait.duration], value", "[trait.age, trait.durations], value",
     ':17  there is no quantity "trait.durations".\n      Did you mean "trait.duration"'),
    (PEOPLE, "quantity: endpoint.tir", "quantity: endpoint.tirr", ':22  there is no quantity "endpoint.tirr".'),
    (PEOPLE, "quantity: glucose.G_0", "quantity: glucose.G", ':19  there is no quantity "glucose.G".'),  # a state is not drawn
    (PEOPLE, "quantity: glucose.G_0", "quantity: metabolic.glucose.G_0", ':19  there is no quantity "metabolic.glucose.G_0".'),
    (PROTOCOL, "therapy: pump, at", "therapy: pumpe, at", ':4  there is no therapy "pumpe".\n      Did you mean "pump"?'),
    (PROTOCOL, "therapy: pump, at", "therapy: pump, goes_with: pomp, at", ':4  there is no therapy given as doses in this protocol called "pomp".\n      Did you mean "pump"?'),
    ("biology/therapies/pump/therapy.yaml", "target: insulin.I,", "target: insulin.I_2,",
     ':4  there is no symbol "insulin.I_2".'),
    ("biology/therapies/pump/therapy.yaml", "operation: add, unit: pmol_per_L}",
     "operation: add, unit: pmol_per_L, drawn_anew: [glucose.G_0]}",
     ':4  there is no number that varies by occasion called "glucose.G_0".'),
    ("regimens/boluses.yaml", "bolus: {action: bolus}", "bolus: {action: bollus}",
     ':4  there is no action "bollus".\n      Did you mean "bolus"?'),
    ("endpoints.yaml", "family: time_in_range", "family: time_in_rang", ":3  "),
    # values
    (PROTOCOL, "value: 10, unit: pmol_per_L}", "value: 10, unit: mg}",
     ':4  dose of "pump" is given in "mg", its target is in "pmol_per_L".'),
    (PROTOCOL, "value: 10, unit: pmol_per_L}", "value: -10, unit: pmol_per_L}", ':4  dose of "pump" is negative: -10.'),
    (PROTOCOL, "value: 2, unit: pmol_per_L_min", "value: 6, unit: pmol_per_L_min",
     ':5  target of "pump" is 6 pmol_per_L_min; at most 5 can be held.'),
    (PROTOCOL, "at: {value: 0, unit: day}", "at: {value: -1, unit: week}",
     ':4  "pump" is given on day -7; a protocol begins on day 0.'),
    (PROTOCOL, "at: {value: 0, unit: day}", "at: {value: 0, unit: day}, every: {value: 1, unit: mg}, times: 3",
     ":4  give.0: every is no time above 0."),
    (PROTOCOL, "from: {value: 0, unit: day}, to: {value: 8, unit: week}, target: {value: 2, unit: pmol_per_L_min, source: smith2001, place: Table 4, reason: measured}}",
     "from: {value: 0, unit: day}, to: {value: 8, unit: week}, target: {value: 2, unit: pmol_per_L_min, source: smith2001, place: Table 4, reason: measured}}\n"
     "  - {therapy: pump, from: {value: 7, unit: week}, to: {value: 9, unit: week}, target: {value: 1, unit: pmol_per_L_min, source: smith2001, place: Table 4, reason: measured}}",
     ':6  "pump" is already held from day 0 to day 56.'),
    (STUDY, "{value: 0, unit: day}, measure: [cgm]", "{value: 0, unit: day}, measure: [cgmm]", ':9  visits.0.measure.0 "cgmm" is none of cgm, mmtt, hba1c.'),
    (STUDY, "  - {at: {value: 0, unit: day}, measure: [cgm]}\n  - {at: {value: 8, unit: week}, measure: [cgm]}",
     "  - {at: {value: 0, unit: day}, measure: [cgmm]}\n  - {at: {value: 8, unit: week}, measure: [cgmm]}",
     [f'{STUDY}:{line}  visits.{k}.measure.0 "cgmm" is none of cgm, mmtt, hba1c.' for k, line in enumerate((9, 10))]),
    (STUDY, "visits:\n  - {at: {value: 0, unit: day}, measure: [cgm]}\n  - {at: {value: 8, unit: week}, measure: [cgm]}", "visits: []",
     ":8  visits needs at least 1, and has 0."),
    (PROTOCOL, "{value: 8, unit: week}", "{value: -8, unit: week}",
     ':5  "pump" ends on day -56, before it begins on day 0.'),
    ("biology/therapies/pump/therapy.yaml", "operation: add, unit: pmol_per_L}", "operation: add, unit: nmol_per_L}",
     ':4  dose.unit is "nmol_per_L", but insulin.I has "pmol_per_L".'),
    (PEOPLE, "unit: L_per_pmol_min,", "unit: per_min,",
     ':15  glucose.S_I is given in "per_min", its module declares "L_per_pmol_min".'),
    (PEOPLE, "{value: 18, unit: year}", "{value: 18, unit: kg}",
     ':21  trait.age is in "year", into which "kg" of at_least cannot be converted.\n      Write the number in year.'),
    (PEOPLE, "{value: 70, unit: percent}", "{value: 70, unit: year}", ':22  endpoint.tir is in "percent", into which "year" of at_most'),
    (PEOPLE, "{value: 0, unit: mg_per_dL}", "{value: 0, unit: mmol_per_L}", ':19  glucose.G_0 is in "mg_per_dL", into which "mmol_per_L" of'),
    (PEOPLE, "{value: 18, unit: year}", "{value: 18, unit: furlong}", ':21  There is no unit "furlong"'),
    (PEOPLE, "eligible:", "matches:\n  fewest: {value: 0.5, unit: kg, source: smith2001, place: Table 4, reason: measured}\n  marginals:\n"
     "    - {quantity: trait.age, mean: {value: 40, unit: kg}, sd: {value: 5, unit: day}, source: smith2001, place: Table 4, reason: measured}\n"
     "    - {quantity: trait.ages, mean: {value: 40, unit: year}, source: smith2001, place: Table 4, reason: measured}\neligible:",
     [f'{PEOPLE}:21  matches.fewest is given in "kg", which is no dimensionless.',
      f'{PEOPLE}:23  trait.age is in "year", into which "kg" of mean cannot be converted.',
      f'{PEOPLE}:24  there is no quantity "trait.ages".\n      Did you mean "trait.age"']),
    (STUDY, "{value: 50, unit: percent,", "{value: 50, unit: year,", ':13  tir is in "percent", into which the published "year"'),
    (STUDY, "{value: 8, unit: week}", "{value: 9, unit: week}", ":10  the visit on day 63 is after the follow-up of 56 days."),
    (STUDY, "{value: 8, unit: week}", "{value: 0, unit: week}",
     ":10  the visit on day 0 follows the one on day 0.\n      Put visits in order."),
    ("habits/one_meal.yaml", "share: {value: 1,", "share: {value: 0.9,", ":3  the shares of the meals sum to 0.9, not 1."),
    ("habits/one_meal.yaml", "unit: g, source: smith2001, place: Table 4, reason: measured}\nday",
     "unit: mL, source: smith2001, place: Table 4, reason: measured}\nday",
     ':7  carbohydrate_per_day is given in "mL", which is no g.'),
    ("regimens/boluses.yaml", "low: {value: 80, unit: mg_per_dL, source: smith2001, place: Table 4, reason: measured}\n    high: {value: 130",
     "low: {value: 80, unit: mg_per_dL, source: smith2001, place: Table 4, reason: measured}\n    high: {value: 13",
     ":16  titration.fasting: low 80 is not below high 13."),
    # evidence
    ("evidence/insulin/outcomes.csv", "pump,pump,tir", "pump,pumps,tir",
     ' row 2 (smith_2001_pump)  there is no arm "smith_2001_pump.pumps".\n      Did you mean "smith_2001_pump.pump"?'),
    ("evidence/vocabulary.csv", "*,tir,own", "*,tor,own",
     ' row 2 (tir in percent)  there is no endpoint or outcome "tor" (tir in percent).\n      Did you mean "tir"?'),
    ("evidence/insulin/studies.csv", "calibration", "training",
     ' row 2 (smith_2001_pump)  role "training" is none of calibration, validation.'),
    ("evidence/insulin/outcomes.csv", "mean,50,sd", "mean,50 %,sd", ' row 2 (smith_2001_pump)  value "50 %" is not a number.'),
    ("evidence/insulin/outcomes.csv", "sd,10,,", "sd,,,", " row 2 (smith_2001_pump)  spread_type sd needs 1 numbers."),
    ("evidence/insulin/outcomes.csv", "sd,10,,", "sd,-10,,", " row 2 (smith_2001_pump)  sd -10 is below zero."),
    ("evidence/insulin/outcomes.csv", "sd,10,,", "ci95,60,40,",
     " row 2 (smith_2001_pump)  spread_low 60 is above spread_high 40."),
    ("evidence/insulin/outcomes.csv", "sd,10,,", "ci95,51,60,",
     " row 2 (smith_2001_pump)  value 50 lies outside its ci95, 51 to 60."),
    ("evidence/insulin/outcomes.csv", "50,sd,10", "50,sdd,10",
     ' row 2 (smith_2001_pump)  spread_type "sdd" is none of none, sd, se, ci95, iqr, range.\n      Did you mean "sd"?'),
    ("evidence/insulin/outcomes.csv", "0,mean,50", "0,average,50",
     ' row 2 (smith_2001_pump)  statistic "average" is none of mean, median'),
    ("evidence/insulin/outcomes.csv", "0,mean,50", "0,count,50",
     ' row 2 (smith_2001_pump)  statistic "count" does not fit "tir" in percent.\n      Use change_from_baseline, mean'),
    ("evidence/insulin/outcomes.csv", "pump,tir,0", "pump,tirr,0",
     ' row 2 (smith_2001_pump)  "tirr" in percent: there is no endpoint for this outcome.\n      Did you mean "tir"?'),
    ("evidence/insulin/outcomes.csv", ",percent,10", ",furlong,10",
     ' row 2 (smith_2001_pump)  "tir" in furlong: this outcome is not known in this unit.\n      Add it to evidence/vocabulary.csv'),
    ("evidence/insulin/arms.csv", "single_arm,10,40", "single_arm,-10,40", " row 2 (smith_2001_pump)  n -10 is below 0."),
    ("evidence/insulin/arms.csv", "10,40,10,,,,,,,,,", "10,40,10,,,,,,,5,spoons,",
     ' row 2 (smith_2001_pump)  the unit of a dose "spoons" is not known.\n      Add it to evidence/dose_units.csv.'),
    ("evidence/insulin/arms.csv", "smith_2001_pump,pump,Pump", "smith_2001_pump,pump,",
     " row 2 (smith_2001_pump)  label is empty.\n      Name of the arm as printed."),
    ("evidence/insulin/studies.csv", "Smith 2001,2001,", "Smith 2001,2001.5,",
     " row 2 (smith_2001_pump)  year 2001.5 is not a whole number."),
    ("evidence/vocabulary.csv", "tir,own,1,,percent", "tir,own,1,,U", ' row 2 (tir in percent)  "U" cannot be converted into "percent".'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"), BROKEN, ids=[f"{b[0]}: {b[2][:40]}" for b in BROKEN]
)
def test_one_thing_broken_is_told_exactly(science, file, old, new, expected):
    science.edit(file, old, new)
    found = shown(science)
    wanted = [file + expected] if isinstance(expected, str) else expected
    assert len(found) == len(wanted), "\n".join(found)
    for text in wanted:
        assert any(one[6:].startswith(text) for one in found), "\n".join(found)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (*broken[:3],) for broken in BROKEN if "production - * uptake" not in broken[2]
    ],  # Antimony tells it in English
    ids=lambda part: part[:40],
)
def test_whatever_is_broken_is_told_in_chinese_to_the_last_word(science, file, old, new):
    science.edit(file, old, new)
    with speaking(translator("zh")):
        found = [f"{problem.message}\n{problem.suggestion}" for problem in check(science.root)]
    assert found
    assert [text for text in found if not has_chinese(text) or english_in(text)] == []


def test_everything_is_told_at_once(science):
    science.edit(STUDY, "population: adults", "population: adult")
    science.edit(PROTOCOL, "therapy: pump, at", "therapy: pumpe, at")
    science.edit(WIRING, "  glucose.I is insulin.I;\n", "")
    assert len(shown(science)) == 3


def test_a_study_in_two_topics_keeps_its_role(science):
    shutil.copytree(science.root / "evidence" / "insulin", science.root / "evidence" / "other")
    assert shown(science) == []
    science.edit("evidence/other/studies.csv", "calibration", "validation")
    (found,) = shown(science)
    assert (
        'evidence/other/studies.csv row 2 (smith_2001_pump)  role "validation" is not that of insulin/'
        in found
    )


def test_a_measure_of_a_pooled_effect_must_be_known(science):
    row = "m,,tir,,,,,mean shift,5,4,6,,,,,abstract,\n"
    path = science.root / "evidence" / "insulin" / "pooled.csv"
    path.write_text(path.read_text() + row)
    (found,) = shown(science)
    assert 'row 2 (m)  "mean shift" of "tir": this measure is not known for this outcome.' in found


OUTCOME = "{0}:\n  title: {{en: a, zh: b}}\n  definition: {{en: a, zh: b}}\n  unit: {1}\n"


@pytest.mark.parametrize(
    ("name", "unit", "message"),
    [
        ("tir", "percent", 'outcomes.yaml:1  "tir" is an endpoint of endpoints.yaml too.'),
        ("mood", "furlong", 'outcomes.yaml:4  unit "furlong" of "mood" does not exist.'),
        ("mood", "percent", 'outcomes.yaml:1  no word of evidence/vocabulary.csv means "mood".'),
    ],
)
def test_outcomes_are_defined_once_and_used(science, name, unit, message):
    (science.root / "evidence" / "outcomes.yaml").write_text(OUTCOME.format(name, unit))
    assert any(message in one for one in shown(science))


@pytest.mark.parametrize(
    ("made_of", "message"),
    [
        (
            "across_people: {of: tirr, on: tir, per: {value: 1, unit: percent}}",
            'mood: There is no endpoint "tirr".',
        ),
        (
            "across_people: {of: tir, on: tir, per: {value: 1, unit: kg}}",
            'mood: "kg" cannot be converted into "percent".',
        ),
        ("over_visits: {of: tir, tell: ever}", 'mood: "tir" is not yes or no.'),
    ],
)
def test_what_an_outcome_is_made_of_exists_and_fits(science, made_of, message):
    unit = "dimensionless" if "ever" in made_of else "percent"
    (science.root / "evidence" / "outcomes.yaml").write_text(f"{OUTCOME.format('mood', unit)}  {made_of}\n")
    assert any(f"outcomes.yaml:1  {message}" in one for one in shown(science)), shown(science)


def test_a_total_per_weight_names_outcomes(science):
    (science.root / "evidence" / "per_weight.csv").write_text("total,per_kg,note\ntir,tirr,\n")
    (found,) = shown(science)
    assert 'per_weight.csv  there is no endpoint or outcome "tirr".\n      Did you mean "tir"?' in found


def test_a_missing_schema_is_told(science):
    (science.root / "evidence" / "schema.yaml").unlink()
    assert any("the description of the evidence tables is missing" in one for one in shown(science))
