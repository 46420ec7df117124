"""An ensemble of the real science that its plan, as it is now, would not give is told, as a warning."""

import pytest

from insula.checks.names import ensembles_are_those_of_their_plan

PLAN = "calibrations/type_1_diabetes.yaml"
TABLE = "ensembles/type_1_diabetes.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (PLAN, "id: type_1_diabetes", "id: type_1_diabetes", None),
        (PLAN, "[immunity.recall, ", "[", "immunity.recall is fitted only here."),
        (PLAN, "[immunity.recall, ", "[immunity.recall, immunity.dying_half, ",
         "immunity.dying_half is fitted only there."),
        (PLAN, "members: 36", "members: 20", "is none of its 20."),
        (TABLE, "member,immunity.recall", "member,immunity.dying_half",
         "immunity.recall is fitted only there, immunity.dying_half is fitted only here."),
    ],
)  # fmt: skip
def test_an_ensemble_of_another_plan_is_told(with_change, file, old, new, told):
    found = list(ensembles_are_those_of_their_plan(with_change(file, old, new)))
    assert len(found) == (told is not None)
    for problem in found:
        assert (problem.severity, problem.where.name) == ("warning", "type_1_diabetes.csv")
        assert "made by another plan" in problem.message
        assert problem.message.endswith(told)
