"""What is expected of a protocol's harms: where nobody counted a serious one, the share is not known."""

import pytest

from insula.analysis.expected_harms import expected_harms
from insula.catalog import Catalog


def serious(protocol):
    catalog = Catalog.open()
    told = expected_harms(catalog, catalog.protocols[protocol], [365.0], 1, 0.9)
    return [row["serious"] for row in told["known"]], told["serious"][0]


@pytest.mark.parametrize(
    ("protocol", "counted"), [("stromal_cells_200_million", False), ("edmonton_two_infusions", True)]
)
def test_serious_harm_is_known_where_somebody_counted_it(protocol, counted):
    flags, found = serious(protocol)
    assert any(flags) == counted
    assert {found[key] is not None for key in ("share", "low", "high")} == {counted}
