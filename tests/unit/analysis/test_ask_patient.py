"""The file of a patient: units, limits of detection, sensor readings, and every fault told at once with its line."""

from pathlib import Path

import pytest

from insula.analysis.ask.patient import read_patient
from insula.catalog import Catalog
from insula.catalog.records import Fact
from insula.core.errors import InsulaError, InvalidText
from insula.core.i18n import translator
from insula.core.spoken import speaking


@pytest.fixture(scope="module")
def catalog():
    return Catalog.open()


@pytest.fixture
def read(catalog, tmp_path):
    def read(text):
        path = tmp_path / "patient.yaml"
        path.write_text(text, encoding="utf-8")
        return read_patient(catalog, catalog.questions["stop_insulin"], path)

    return read


def told(read, text):
    with pytest.raises(InvalidText) as refused:
        read(text)
    return [(problem.line or problem.row, problem.message) for problem in refused.value.problems]


AGE = "diabetes_type: type_1\nfacts:\n  age: {value: 44, unit: year}\n"


def test_age_and_type_are_enough(read):
    asked = read(AGE)
    assert asked.stated == {"age": 44.0}
    assert [known.name for known in asked.known] == ["age"]


def test_the_example_is_in_order(catalog):
    example = Path(__file__).parents[3] / "examples" / "patient.yaml"
    asked = read_patient(catalog, catalog.questions["stop_insulin"], example)
    assert set(asked.unused) == {"egfr", "autoantibodies", "earlier_transplant", "sensitised"}
    assert len(asked.known) == 10


@pytest.mark.parametrize("name", ["female", "sensitised", "earlier_transplant"])
@pytest.mark.parametrize(
    ("written", "value"),
    [("yes", 1.0), ("no", 0.0), ("true", 1.0), ("False", 0.0), ("1", 1.0), ("0", 0.0), ("{present: yes}", 1.0),
     ("{value: 0, unit: dimensionless}", 0.0), ("{value: 1.0, unit: dimensionless, note: seen}", 1.0)],
)  # fmt: skip
def test_yes_and_no_are_written_in_several_ways(read, name, written, value):
    asked = read(f"{AGE}  {name}: {written}\n")
    assert asked.stated[name] == value
    assert name in asked.present


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ("sensitised: 0.5", 'sensitised is "0.5", and it can only be yes or no.'),
        ("sensitised: {value: 0.5, unit: dimensionless}", 'sensitised is "0.5", and it can only be yes or no.'),
        ("sensitised: {below: 1, unit: dimensionless}", 'sensitised is "<1", and it can only be yes or no.'),
        ("female: 女", 'female is "女", and it can only be yes or no.'),
        ("autoantibodies: {value: 17, unit: dimensionless}", "autoantibodies is 17, which is impossible or a slip."),
        ("autoantibodies: 1.5", "autoantibodies is 1.5, and it is counted in whole numbers."),
        ("autoantibodies: {present: true}",
         "autoantibodies is a number in dimensionless, not something that is present or absent."),
        ("severe_hypoglycaemia: {value: 2.5, unit: event}",
         "severe_hypoglycaemia is 2.5 event, and it is counted in whole numbers."),
    ],
)  # fmt: skip
def test_what_is_answered_by_yes_or_no_and_what_is_counted_take_nothing_else(read, fact, message):
    assert told(read, f"{AGE}  {fact}\n") == [(4, message)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"values": None}, "write values: yes_or_no"),
        ({"unit": "kg"}, "is dimensionless and has no limits"),
        ({"at_most": {"value": 1.0, "unit": "dimensionless"}}, "is dimensionless and has no limits"),
    ],
)
def test_a_question_says_which_facts_are_yes_or_no(catalog, changes, words):
    fact = catalog.questions["stop_insulin"].facts["sensitised"].model_dump()
    with pytest.raises(ValueError, match=words):
        Fact.model_validate(fact | changes)


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("weight: 62 kg", 62.0),
        ('weight: "62000g"', 62.0),
        ("height: 166 cm", 1.66),
        ("hba1c: 7.0 %", 7.0),
        ("hba1c: 53 mmol/mol", 7.0),
        ("hba1c: {value: 53, unit: mmol/mol}", 7.0),
        ("egfr: 95 ml/min", 95.0),
        ("insulin_dose: 34 U/day", 34.0),
        ("c_peptide_stimulated: <3.3 pmol/L", 3.3),
        ("severe_hypoglycaemia: 3", 3.0),
        ("severe_hypoglycaemia: {value: 3}", 3.0),
        ('autoantibodies: "2"', 2.0),
    ],
)
def test_plain_forms_that_have_one_meaning_are_read(read, fact, value):
    asked = read(f"{AGE}  {fact}\n")
    assert asked.stated[fact.partition(":")[0]] == pytest.approx(value, abs=0.01)
    assert ("c_peptide_stimulated" in asked.below) == ("<" in fact)


@pytest.mark.parametrize("age", ["44岁", "44 years", "{value: 44, unit: 岁}"])
def test_age_has_the_words_that_the_question_has_for_it(read, age):
    assert read(f"diabetes_type: type_1\nfacts:\n  age: {age}\n").stated == {"age": 44.0}


@pytest.mark.parametrize(
    ("fact", "message", "suggestion"),
    [
        ("weight: 62", "weight is 62, without a unit.", "Write weight: {value: 62, unit: kg}."),
        ("height: 166", "height is 166, without a unit.", "Write height: {value: ..., unit: m}."),
        ("weight: {value: 62}", "facts.weight: value and below need a unit, present has none.",
         "Write weight: {value: 62, unit: kg}."),
        ("weight: 62 公斤", 'weight is given in "公斤" (no known unit), which cannot be turned into kg.',
         "Write weight: {value: ..., unit: kg}."),
        ("weight: about 62 kg", 'weight is "about 62 kg", which is no number with a unit.',
         "Write weight: {value: ..., unit: kg}."),
        ("weight:", 'weight is "", which is no number with a unit.', "Write weight: {value: ..., unit: kg}."),
        ("sensitised: maybe", 'sensitised is "maybe", and it can only be yes or no.',
         "Write sensitised: yes or sensitised: no."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_comes_with_an_example(read, fact, message, suggestion):
    with pytest.raises(InvalidText) as refused:
        read(f"{AGE}  {fact}\n")
    ((found, hint),) = [(one.message, one.suggestion) for one in refused.value.problems]
    assert (found, hint) == (message, suggestion)


def test_a_number_without_a_unit_hides_nothing_else(read, tmp_path):
    (tmp_path / "trace.csv").write_text("time,glucose\n0,7\n5,much\n", encoding="utf-8")
    text = """diabetes_type: typ_1
facts:
  weight: 62
  hba1c: {value: 53, unit: percent}
  diabetes_duration: {value: 25, unit: year}
  c_peptide_stimulated: {value: 0.3, unit: nmol/L}
  c_peptide_fasting: {value: 0.9, unit: nmol/L}
sensor: {file: trace.csv, unit: mmol_per_L}
weight: 62
"""
    found = told(read, text)
    assert [line for line, _ in found] == [1, 2, 3, 4, 7, 9, 3]
    assert found[-1][1] == '"much" is no reading.'


@pytest.mark.parametrize("text", ["", "- 44\n", "facts: 44\n", "diabetes_type: [type_1]\nfacts:\n"])
def test_what_is_no_block_of_keys_is_told(read, text):
    assert any("block of keys" in message for _, message in told(read, text))


def test_faults_are_told_in_the_language_that_is_spoken(read, tmp_path):
    (tmp_path / "trace.csv").write_text("time,glucose\n0,7\n5,much\n", encoding="utf-8")
    text = "diabetes_type: type1\nfacts:\n  weight: 62\nsensor: {file: trace.csv, unit: mmol_per_L}\n"
    with speaking(translator("zh")), pytest.raises(InvalidText) as refused:
        read(text)
    said = str(refused.value)
    for words in (
        "错误",
        "是否指",
        "缺少必填信息“age”",
        "weight 写作 62，没有单位",
        "“much”不是读数",
        "第 3 行",
    ):
        assert words in said
    assert "ERROR" not in said


def test_facts_are_brought_to_the_unit_of_the_question(read):
    asked = read(AGE + "  hba1c: {value: 53, unit: mmol_per_mol}\n  weight: {value: 62000, unit: g}\n")
    assert asked.stated["hba1c"] == pytest.approx(7.0, abs=0.01)
    assert asked.stated["weight"] == pytest.approx(62.0)


def test_below_a_limit_of_detection(read):
    asked = read(AGE + "  c_peptide_stimulated: {below: 0.0033, unit: nmol_per_L}\n")
    known = asked.known[1]
    assert (known.value, known.below) == (pytest.approx(3.3), True)


def test_what_is_present_is_one_and_a_fact_without_use_is_kept(read):
    asked = read(AGE + "  female: {present: true}\n  earlier_transplant: {present: false}\n")
    assert asked.stated["female"] == 1.0
    assert asked.stated["earlier_transplant"] == 0.0
    assert asked.unused == ("earlier_transplant",)


def test_every_fault_is_told_at_once(read):
    text = """diabetes_type: typ_1
facts:
  weigth: {value: 62, unit: kg}
  hba1c: {value: 53, unit: percent}
  insulin_dose: {value: 0.5, unit: year}
  egfr: {present: true}
  severe_hypoglycaemia: {below: 3, unit: event}
"""
    found = told(read, text)
    assert [line for line, _ in found] == [1, 2, 3, 4, 5, 6, 7]
    words = " ".join(message for _, message in found)
    for word in (
        'diabetes_type "typ_1"',
        '"age" is missing',
        '"weigth"',
        "53 percent",
        '"year"',
        "egfr",
        "a limit",
    ):
        assert word in words


@pytest.mark.parametrize(
    ("fact", "word"),
    [
        ("{value: 44}", "need a unit"),
        ("{value: 44, below: 50, unit: year}", "one of value, below and present"),
        ("{unit: year}", "one of value, below and present"),
        ("{present: true, unit: year}", "present has none"),
        ("{value: old, unit: year}", "must be a number"),
        ("{value: 44, unit: year, vlaue: 3}", 'unknown key "vlaue"'),
    ],
)
def test_a_fact_states_one_thing(read, fact, word):
    ((line, message),) = told(read, f"diabetes_type: type_1\nfacts:\n  age: {fact}\n")
    assert line == 3
    assert word in message


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("diabetes_duration: {value: 45, unit: year}", "diabetes_duration (45 year) is above age (44 year)"),
        (
            "c_peptide_stimulated: {value: 0.3, unit: nmol_per_L}\n  c_peptide_fasting: {value: 900, unit: pmol_per_L}",
            "c_peptide_fasting (900 pmol_per_L) is above c_peptide_stimulated (300 pmol_per_L)",
        ),
        (
            "c_peptide_stimulated: {below: 3.3, unit: pmol_per_L}\n  c_peptide_fasting: {value: 900, unit: pmol_per_L}",
            "is above c_peptide_stimulated (below 3.3 pmol_per_L)",
        ),
    ],
)
def test_facts_that_nobody_has_together_are_both_named(read, facts, words):
    ((line, message),) = told(read, f"{AGE}  {facts}\n")
    assert line == 3 + facts.count("\n") + 1
    assert words in message


def test_facts_that_may_go_together(read):
    facts = "c_peptide_stimulated: {value: 3, unit: pmol_per_L}\n  c_peptide_fasting: {below: 3.3, unit: pmol_per_L}"
    assert set(read(f"{AGE}  diabetes_duration: {{value: 528, unit: month}}\n  {facts}\n").stated) == {
        "age", "diabetes_duration", "c_peptide_stimulated", "c_peptide_fasting",
    }  # fmt: skip


def test_a_file_that_is_not_there(catalog, tmp_path):
    with pytest.raises(InsulaError, match="There is no file"):
        read_patient(catalog, catalog.questions["stop_insulin"], tmp_path / "nobody.yaml")


SENSOR = AGE + "sensor: {file: trace.csv, unit: mmol_per_L}\n"


def trace(folder, readings, minutes=5):
    lines = [f"{minutes * k},{value}" for k, value in enumerate(readings)]
    (folder / "trace.csv").write_text("time,glucose\n" + "\n".join(lines) + "\n", encoding="utf-8")


def test_a_trace_tells_its_facts(read, tmp_path):
    trace(tmp_path, ([8.0] * 3 + [12.0]) * 1000)
    asked = read(SENSOR)
    assert asked.stated["time_in_range"] == pytest.approx(75.0)
    assert asked.stated["mean_glucose"] == pytest.approx(9.0 * 18.016, rel=2e-3)
    assert asked.stated["time_below_54"] == 0.0
    assert {known.name for known in asked.known} == {"age", "time_in_range"}


def test_clock_times_are_read(read, tmp_path):
    lines = [f"2025-01-{1 + k // 288:02}T{k % 288 // 12:02}:{k % 12 * 5:02},7.5" for k in range(8 * 576)]
    (tmp_path / "trace.csv").write_text(
        "time;glucose\n" + "\n".join(lines).replace(",", ";"), encoding="utf-8"
    )
    assert read(SENSOR).stated["time_in_range"] == pytest.approx(100.0)


def test_a_trace_with_too_many_gaps_tells_nothing(read, tmp_path):
    trace(tmp_path, [8.0] * 4000, minutes=30)
    ((line, message),) = told(read, SENSOR)
    assert line == 4
    assert "too few: between the first and the last 50 % are there, and 70 % are needed" in message


def test_a_sensor_with_a_reading_every_quarter_of_an_hour_is_one(read, tmp_path):
    trace(tmp_path, ([8.0] * 3 + [12.0]) * 336, minutes=15)
    asked = read(SENSOR)
    assert asked.stated["time_in_range"] == pytest.approx(75.0)
    assert asked.sensor_days == pytest.approx(14.0)


def test_a_trace_that_is_too_short_says_what_is_needed(read, tmp_path):
    trace(tmp_path, [8.0] * 30)
    with pytest.raises(InvalidText) as refused:
        read(SENSOR)
    (problem,) = refused.value.problems
    assert "they cover 2.5 hours, and 235 are needed" in problem.message
    assert "as numbers under facts" in problem.suggestion
    trace(tmp_path, [8.0] * 2823)
    assert read(SENSOR).sensor_days == pytest.approx(9.8, abs=0.01)


@pytest.mark.parametrize(
    ("edge", "within"),
    [(3.9, "time_in_range"), (10.0, "time_in_range"), (3.0, "at least 54"), (2.9, "below 54")],
)
def test_one_decimal_of_mmol_is_the_whole_mg_that_the_sensor_held(read, tmp_path, edge, within):
    trace(tmp_path, [edge] * 4000)
    stated = read(SENSOR).stated
    assert stated["time_in_range"] == (100.0 if within == "time_in_range" else 0.0)
    assert stated["time_below_54"] == (100.0 if within == "below 54" else 0.0)


@pytest.mark.parametrize(
    ("word", "low"), [("LOW", True), ("Low", True), ("低", True), ("HIGH", False), ("高", False)]
)
def test_what_lies_beyond_the_range_of_the_device_counts(read, tmp_path, word, low):
    trace(tmp_path, ([8.0] * 3 + [word]) * 1000)
    stated = read(SENSOR).stated
    assert stated["time_in_range"] == 75.0
    assert stated["time_below_54"] == (25.0 if low else 0.0)
    assert stated["mean_glucose"] == pytest.approx((3 * 144 + (39 if low else 401)) / 4)


def test_an_empty_cell_is_a_gap(read, tmp_path):
    trace(tmp_path, ([8.0] * 3 + [""]) * 1000)
    asked = read(SENSOR)
    assert asked.stated["time_in_range"] == 100.0
    assert asked.sensor_days == pytest.approx(3000 / 288)


@pytest.mark.parametrize("heads", ["时间,葡萄糖", "时间,血糖", "Time,Glucose"])
def test_heads_in_chinese_are_read(read, tmp_path, heads):
    trace(tmp_path, [8.0] * 4000)
    file = tmp_path / "trace.csv"
    file.write_bytes(file.read_text(encoding="utf-8").replace("time,glucose", heads).encode("gb18030"))
    assert read(SENSOR).stated["time_in_range"] == 100.0


@pytest.mark.parametrize(
    ("text", "row", "word"),
    [
        ("", None, "the table is empty"),
        ("time,glucose\n", None, "there is no reading"),
        ("time,glucose\n0,\n", None, "there is no reading"),
        ("time,glucose\n0,7\n5,-7\n", 3, "-7 is no glucose"),
        ("time,glucose\n0,7\nnoon,7\n", 3, '"noon" is no time'),
        ("time,glucose\n0,7\n5,about 7\n", 3, '"about 7" is no reading'),
        ("time,glucose\n0,7\n5,7\n0,8\n", 4, 'the time "0" stands in row 2 already'),
        ("time,葡萄糖,血糖\n0,7,7\n", 1, "are both glucose"),
    ],
)
def test_every_bad_row_is_named(read, tmp_path, text, row, word):
    (tmp_path / "trace.csv").write_text(text, encoding="utf-8")
    ((found, message),) = told(read, SENSOR)
    assert found == row
    assert word in message


def test_many_bad_rows_are_counted(read, tmp_path):
    trace(tmp_path, [8.0, "?"] * 40)
    found = told(read, SENSOR)
    assert len(found) == 11
    assert found[0][1] == "40 rows cannot be used; the first 10 are named."
    assert [row for row, _ in found[1:]] == list(range(3, 22, 2))


@pytest.mark.parametrize(("readings", "unit"), [(8.0, "mg_per_dL"), (150.0, "mmol_per_L")])
def test_a_trace_in_the_other_unit_is_told(read, tmp_path, readings, unit):
    trace(tmp_path, [readings] * 4000)
    found = dict(told(read, SENSOR.replace("mmol_per_L", unit)))
    assert "mean_glucose by the sensor's file is" in found[4]


def test_what_is_wrong_with_a_trace(read, tmp_path):
    assert "there is no file" in told(read, SENSOR)[0][1]
    (tmp_path / "trace.csv").write_text("when,glucose\n0,7\n", encoding="utf-8")
    assert "column time is missing" in told(read, SENSOR)[0][1]
    (tmp_path / "trace.csv").write_text("time,glucose\n0,7\n5,much\n", encoding="utf-8")
    assert told(read, SENSOR)[0][0] == 3
    trace(tmp_path, [8.0] * 4000)
    assert (
        "also told by"
        in told(read, SENSOR.replace("facts:", "facts:\n  time_in_range: {value: 60, unit: percent}"))[0][1]
    )
