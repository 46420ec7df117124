"""What no single row of behaviour.csv can say of the disease clock."""

import numpy as np

from insula.analysis.behaviour.bench import Bench
from insula.analysis.behaviour.verdicts import behaviour_system
from insula.catalog import Catalog
from insula.catalog.behaviour_protocol import Experiment

USUAL_CARE = {"averaged_day.mean_glucose": 183.0, "averaged_day.share_below_54": 0.037}
DRUGS = {"tacrolimus.target": 4.5, "sirolimus.target": 8.5, "donor_islets.infused_0": 8e5}
YEAR = np.array([365.0])


def test_no_knife_edge_in_immunity():
    """Five per cent of any number of the immune module moves the graft at one year by no more than three."""
    catalog = Catalog.open()
    numbers = {
        f"immunity.{row.symbol}": row.value
        for row in catalog.modules["immunity"].parameters
        if not row.symbol.endswith("_0") and row.value is not None
    }
    changed = [(name, value * factor) for name, value in numbers.items() for factor in (0.95, 1.05)]
    experiments = [
        Experiment(USUAL_CARE | DRUGS | dict(change), (), YEAR) for change in [(), *([c] for c in changed)]
    ]
    bench = Bench(behaviour_system(catalog, "disease"), ["islet_graft.capacity"])
    usual, *moved = bench.run(experiments, atol=1e-9)
    assert not usual.failure, usual.failure
    for (name, value), course in zip(changed, moved, strict=True):
        assert not course.failure, f"{name} = {value:g}: {course.failure}"
        np.testing.assert_allclose(course.values, usual.values, rtol=0.03, err_msg=f"{name} = {value:g}")
