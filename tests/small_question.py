"""A question that is quickly answered with the small science: two therapies, eight weeks, a handful of patients."""

from insula.core.paths import science_root
from insula.core.yaml_lines import read_yaml
from tiny_study import write

ID = "small"
LIMITS = ("dose", "attrition")
FACTS = (
    "age",
    "weight",
    "hba1c",
    "severe_hypoglycaemia",
    "c_peptide_stimulated",
    "time_in_range",
    "egfr",
    "sensitised",
    "mean_glucose",
)


def question(**changes):
    """The real question, made small."""
    text = read_yaml(science_root() / "questions" / "stop_insulin.yaml").data
    types = text["types"]
    return (
        text
        | {
            "id": ID,
            "types": {**types, "type_1": {**types["type_1"], "population": "tiny"}},
            "facts": {name: fact for name, fact in text["facts"].items() if name in FACTS},
            "protocols": {
                name: {
                    **text["protocols"][name],
                    "studied_in": [c for c in _criteria(text, name) if c["quantity"] in FACTS],
                }
                for name in ("usual_care", "zimislecel_full_dose")
            },
            "horizons": [{"value": 28.0, "unit": "day"}, {"value": 56.0, "unit": "day"}],
            "benefits": ["insulin_independent", "tir_above_70"],
            "limits": {name: text["limits"][name] for name in LIMITS},
            "resembling_by": {"age": "age"},
            "candidates": 600,
            "pool": 24,
            "patients": 5,
            "retried": 2,
            "fewest": text["fewest"] | {"value": 2.0},
        }
        | changes
    )


def _criteria(text, protocol):
    return text["protocols"][protocol].get("studied_in", [])


def asking_science(folder):
    """Lay the small question beside the others of a science folder."""
    write(folder / "questions" / f"{ID}.yaml", question())
    return folder
