"""A population that states marginals, as the texts of the tests state them."""

from types import SimpleNamespace

from insula.catalog.records import Marginal, Matches

SOURCE = {"source": "assumed", "place": "-", "reason": "assumed", "note": "a test"}


def amount(value, unit):
    return {"value": value, "unit": unit}


def marginal(quantity, **stated):
    return Marginal.model_validate({"quantity": quantity, **stated, **SOURCE})


def people(*marginals, fewest=0.1):
    fewest = amount(fewest, "dimensionless") | SOURCE
    return SimpleNamespace(
        id="mine", matches=Matches.model_validate({"fewest": fewest, "marginals": marginals})
    )
