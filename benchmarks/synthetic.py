"""Models made for measuring, as Antimony text; their numbers describe nobody.

``immune_model`` has the make-up of a quantitative systems pharmacology model of an autoimmune disease: a drug
that binds its target fast, a lymph node, and any number of islet sites with cytokines (8 to 200 per day), cells
(0.01 to 1 per day) and beta cells (months). One site makes 46 states, four make 115. ``ring_model`` has any
number of states.
"""

from pathlib import Path

MODELS = Path(__file__).parent / "models"
VARIED = "// parameters that vary between patients"
SITES_DIFFER = 0.07  # each further site has its parameters this much larger
DRUG, DOSE, DOSE_DAYS = "D1", 3.0, (30.0, 32.0, 34.0, 36.0, 395.0, 397.0, 399.0, 401.0)
VISITS = (
    *(
        0.0,
        7.0,
        14.0,
        31.0,
        33.0,
        37.0,
        44.0,
        58.0,
        72.0,
        90.0,
        120.0,
        150.0,
        180.0,
        240.0,
        300.0,
        365.0,
        396.0,
        402.0,
    ),
    *(410.0, 425.0, 460.0, 500.0, 560.0, 640.0, 730.0, 910.0, 1095.0, 1277.0, 1460.0, 1825.0),
)
OUTPUTS = (
    *("Cpep", "Glc", "HbA1c", "Ab", "D1", "DR", "TregL", "CTLL"),
    *("Beta_1", "CTL_1", "IFNg_1", "IL2_1", "Th1_1", "M1_1"),
)


def immune_model(sites: int) -> tuple[str, list[str]]:
    """Return the text of the model with this many islet sites, and the parameters that vary between patients."""
    blocks = [_sections("common.txt", {"n": str(sites)}, 1.0)]
    for site in range(1, sites + 1):
        names = {"n": str(sites), "s": str(site)}
        blocks.append(_sections("site.txt", names, 1.0 + SITES_DIFFER * (site - 1)))
    species = [line for block in blocks for line in block["// species"]]
    names = ", ".join(f"{line.partition(' ')[0]} in V" for line in species)
    mass = " + ".join(f"Beta_{s} + 0.4*BetaS_{s}" for s in range(1, sites + 1))
    lines = [
        "model immune()",
        "compartment V = 1;",
        f"species {names};",
        f"beta := ({mass})/{sites};",
        *species,
    ]
    lines += [line for block in blocks for part in list(block)[1:] for line in block[part]]
    varied = [line.partition(" ")[0] for block in blocks for line in block[VARIED]]
    return "\n".join([*lines, "end"]), varied


def _sections(file: str, names: dict[str, str], factor: float) -> dict[str, list[str]]:
    """Lines by the comment above them; values of parameters times the factor."""
    found: dict[str, list[str]] = {}
    for line in (MODELS / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("//"):
            title = line
            found[title] = []
        else:
            for name, value in names.items():
                line = line.replace(f"{{{name}}}", value)
            found[title].append(_scaled(line, factor) if "parameters" in title else line)
    return found


def _scaled(line: str, factor: float) -> str:
    name, _, value = line.rstrip(";").partition(" = ")
    return f"{name} = {float(value) * factor:.15g};"


def ring_model(states: int) -> tuple[str, list[str]]:
    """Return a ring in which each makes the next, represses the seventh and decays at rates over three decades."""
    lines = ["model ring()", "K = 0.7; k = 1; h = 2;"]
    varied = ["K", "k"]
    for i in range(states):
        before, far = f"x{(i - 1) % states}", f"x{(i + 7) % states}"
        rate = 10.0 ** (3.0 * (i % 5) / 4.0 - 1.0)
        lines.append(f"x{i} = {0.1 + (i % 3) * 0.5:g}; d{i} = {rate:.6g};")
        lines.append(f"x{i}' = d{i}*(k*(0.2 + {before}^2/(1 + {before}^2))*K^h/(K^h + {far}^h) - x{i});")
        varied.append(f"d{i}")
    return "\n".join([*lines, "end"]), varied
