"""A small science folder: two modules, a wiring, tables."""

import csv

import pytest

from insula.catalog.catalog import Catalog

HEAD = [
    *("symbol", "value", "unit", "spread_type", "spread_low", "spread_high", "distribution", "varies_by"),
    *("source", "place", "reason", "population", "conversion", "status", "note"),
]

UNITS = """// units of the tests
unit minute = 60 second;
unit per_min = 1 / 60 second;
unit mg_per_dL = 1e-3 gram / 1e-1 litre;
unit mg_per_dL_min = 1e-3 gram / 1e-1 litre / 60 second;
unit pmol_per_L = 1e-12 mole / litre;
unit L_per_pmol_min = litre / 1e-12 mole / 60 second;
"""

GLUCOSE = """// Glucose falls by itself and by insulin.
model glucose_module()
  // ports
  var I; I has pmol_per_L;
  // states
  var G; G has mg_per_dL;
  G = G_0;
  G' = k*(G_b - G) - S*I*G;
  fall has mg_per_dL_min; fall := S*I*G;
  G_0 has mg_per_dL; G_b has mg_per_dL; k has per_min; S has L_per_pmol_min;
end
"""

INSULIN = """model insulin_module()
  // ports
  var G; G has mg_per_dL;
  // states
  var I; I has pmol_per_L; I = I_0;
  I' = k*(I_b*G/G_ref - I);
  I_0 has pmol_per_L; I_b has pmol_per_L; G_ref has mg_per_dL; k has per_min;
end
"""

WIRING = """// time_unit: minute
import "../modules/glucose/glucose.ant"
import "../modules/insulin/insulin.ant"
model tiny()
  glucose: glucose_module();
  insulin: insulin_module();
  glucose.I is insulin.I;   // both ways round
  glucose.G is insulin.G;
end
"""

GLUCOSE_VALUES = {"G_0": 150.0, "G_b": 90.0, "k": 0.02, "S": 0.0001}
INSULIN_VALUES = {"I_0": 30.0, "I_b": 40.0, "G_ref": "derived:glucose.G_b", "k": 0.1}
UNIT_OF = {
    "G_0": "mg_per_dL",
    "G_b": "mg_per_dL",
    "G_ref": "mg_per_dL",
    "k": "per_min",
    "S": "L_per_pmol_min",
}
ACTIONS = "action,target,expression,value_unit,meaning\n"


def write_values(path, values):
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, HEAD, restval="")
        table.writeheader()
        for symbol, value in values.items():
            derived = isinstance(value, str)
            table.writerow(
                {
                    "symbol": symbol,
                    "value": "" if derived else repr(value),
                    "unit": UNIT_OF.get(symbol, "pmol_per_L"),
                    "spread_type": "none",
                    "distribution": "point",
                    "varies_by": "none",
                    "source": value if derived else "assumed",
                    "place": "test",
                    "reason": "assumed",
                    "status": "proposed",
                    "note": "for tests",
                }
            )


class Science:
    """A folder that tests may change before they open it."""

    def __init__(self, root):
        self.biology = root / "biology"
        (self.biology / "models").mkdir(parents=True)
        self.write("units.ant", UNITS)
        self.write("models/tiny.ant", WIRING)
        for name, text, values in (
            ("glucose", GLUCOSE, GLUCOSE_VALUES),
            ("insulin", INSULIN, INSULIN_VALUES),
        ):
            (self.biology / "modules" / name).mkdir(parents=True)
            self.write(f"modules/{name}/{name}.ant", text)
            write_values(self.biology / "modules" / name / "parameters.csv", values)
        self.write(
            "modules/glucose/actions.csv",
            ACTIONS
            + "eat,glucose.G,glucose.G + value,mg_per_dL,a meal\n"
            + "eat,insulin.I_b,insulin.I_b*glucose.G/glucose.G_b,pmol_per_L,the pancreas hears of it\n",
        )

    def write(self, name, text):
        (self.biology / name).write_text(text, encoding="utf-8")

    def replace(self, name, old, new):
        text = (self.biology / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def open(self):
        return Catalog(self.biology.parent)


@pytest.fixture
def science(tmp_path):
    return Science(tmp_path / "science")
