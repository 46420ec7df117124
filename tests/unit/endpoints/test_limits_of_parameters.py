"""A limit that an endpoint takes from a module is the module's number, also after that number is changed."""

import re

from insula.catalog import Catalog
from insula.core.units import convert

PLACE = re.compile(r"^(\w+)/parameters\.csv, (\w+)$")


def test_limits_that_name_a_parameter_are_its_value():
    catalog = Catalog.open()
    compared = 0
    for name, endpoint in catalog.endpoints.items():
        named = PLACE.match(endpoint.place)
        if named is None:
            continue
        module, symbol = named.groups()
        [row] = [row for row in catalog.modules[module].parameters if row.symbol == symbol]
        for limit in endpoint.limits.values():
            assert convert(limit.value, limit.unit, row.unit) == row.value, name
            compared += 1
    assert compared >= 3, "the antibodies that are positive"
