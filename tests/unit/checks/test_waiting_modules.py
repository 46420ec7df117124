"""A therapy whose module no model uses yet: its text is checked like the others."""

import pytest

from insula.checks import check

FOLDER = "biology/therapies/drug/"
THERAPY = """id: drug
title: {en: A drug, zh: 药}
module: drug
dose: {target: drug.amount, operation: add, unit: mg_per_dL}
"""
TEXT = """model drug_module()
  var amount; amount has mg_per_dL;
  amount' = -elimination*amount;
  amount = amount_0;
  elimination has per_min;  amount_0 has mg_per_dL;
end
"""
HEAD = (
    "symbol,value,unit,spread_type,spread_low,spread_high,distribution,varies_by,"
    "source,place,reason,population,conversion,status,note\n"
)
NUMBERS = (
    HEAD
    + "elimination,0.1,per_min,none,,,point,none,smith2001,Table 1,measured,,,proposed,\n"
    + "amount_0,0,mg_per_dL,none,,,point,none,smith2001,Table 1,measured,,,proposed,\n"
)


@pytest.fixture
def waiting(science):
    (science.root / FOLDER).mkdir()
    for name, text in (("therapy.yaml", THERAPY), ("drug.ant", TEXT), ("parameters.csv", NUMBERS)):
        (science.root / FOLDER / name).write_text(text)
    return science


def shown(science):
    return [problem.render(science.root) for problem in check(science.root)]


def test_it_goes_by_its_own_name(waiting):
    assert shown(waiting) == []


def test_its_symbols_are_looked_for_in_its_own_text(waiting):
    waiting.edit(FOLDER + "therapy.yaml", "drug.amount", "drug.amounts")
    (found,) = shown(waiting)
    assert 'therapy.yaml:4  there is no symbol "drug.amounts".' in found


def test_its_dose_has_the_unit_of_its_own_text(waiting):
    waiting.edit(FOLDER + "therapy.yaml", "unit: mg_per_dL", "unit: pmol_per_L")
    (found,) = shown(waiting)
    assert 'dose.unit is "pmol_per_L", but drug.amount has "mg_per_dL".' in found


def test_a_module_that_a_model_uses_goes_by_its_name_there(waiting):
    waiting.edit("biology/models/metabolic.ant", "insulin: insulin_module();", "hormone: insulin_module();")
    assert any(one[6:].startswith("biology/therapies/pump/therapy.yaml:4") for one in shown(waiting))
