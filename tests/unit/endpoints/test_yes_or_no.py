"""Which families are a share of the patients."""

from insula.endpoints import load_definitions


def test_hba1c_and_dose_below_their_limits_are_yes_or_no():
    found = load_definitions()
    assert found["remission_low_insulin_6_5"].yes_or_no
    assert not found["idaa1c"].yes_or_no
