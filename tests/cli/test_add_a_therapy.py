"""What CONTRIBUTING says of adding a class of immune intervention, done literally with an invented drug."""

import shutil

import pytest

from insula.core.tables import read_parquet
from tiny_study import FOLLOW_UP, change, insula, study, write

MODEL, INVENTED = "il12_blockade", "invented_blockade"
PROTOCOL, GIVEN = "ustekinumab_forty_weeks", "invented_forty_weeks"
WIRING, MEETING = "biology/models/disease.ant", "biology/modules/immunosuppression/immunosuppression.ant"

SEEN = "immunity.th1"  # what the signal that the drug blocks makes


def add_line_below(path, line, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(line) == 1, f"{path.name}: {line}"
    path.write_text(text.replace(line, f"{line}\n{new}"), encoding="utf-8")


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path.name}: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def add_folder(science):
    """Steps 1 and 2."""
    folder = science / "biology/therapies" / INVENTED
    shutil.copytree(science / "biology/therapies" / MODEL, folder)
    (folder / f"{MODEL}.ant").rename(folder / f"{INVENTED}.ant")
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace(MODEL, INVENTED), encoding="utf-8")


def add_port(science):
    """Step 3."""
    port = "  var invented;  invented has dimensionless;"
    add_line_below(science / MEETING, "  var il12;         il12 has dimensionless;", port)
    replace(science / MEETING, "il12_left := (1 - il12)*", "il12_left := (1 - invented)*(1 - il12)*")


def add_wiring(science):
    """Step 4."""
    wiring = science / WIRING
    add_line_below(wiring, f'import "../therapies/{MODEL}/{MODEL}.ant"',
                   f'import "../therapies/{INVENTED}/{INVENTED}.ant"')  # fmt: skip
    add_line_below(wiring, f"  {MODEL}: {MODEL}_module();", f"  {INVENTED}: {INVENTED}_module();")
    add_line_below(wiring, f"  immunosuppression.il12 is {MODEL}.il12_blocked;",
                   f"  immunosuppression.invented is {INVENTED}.il12_blocked;")  # fmt: skip


def add_protocol_and_study(science):
    """Steps 5 and 6."""
    text = (science / f"protocols/{PROTOCOL}.yaml").read_text(encoding="utf-8")
    told = text.replace(PROTOCOL, GIVEN).replace(MODEL, INVENTED)
    (science / f"protocols/{GIVEN}.yaml").write_text(told, encoding="utf-8")
    title = {"en": "Invented", "zh": "虚构"}
    arms = {"invented": GIVEN, "control": "usual_care"}
    arms = {name: {"protocol": protocol, "size": 3, "title": title} for name, protocol in arms.items()}
    change(science / "biology/models/clocks.yaml", course=[SEEN])
    write(science / "studies/invented.yaml", study(id="invented", days="averaged", arms=arms))


@pytest.fixture
def science(validation_science, tmp_path):
    return shutil.copytree(validation_science, tmp_path / "science")


def test_the_steps_lead_to_a_trial_in_which_the_drug_acts(science, cache, tmp_path):
    for step in (add_folder, add_port, add_wiring, add_protocol_and_study):
        step(science)
    checked = insula("check", science=science, cache=cache, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    ran = insula(
        "run", "invented", "--patients", 3, "--out", "run", science=science, cache=cache, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    found = read_parquet(tmp_path / "run/results/course.parquet")
    helped = (found["quantity"] == SEEN) & (found["day"] == FOLLOW_UP)
    th1 = {arm: found["value"][helped & (found["arm"] == arm)] for arm in ("invented", "control")}
    assert len(th1["control"]) == 3
    assert (th1["control"] > 0).all()
    assert (th1["invented"] < 0.9 * th1["control"]).all()


def test_a_forgotten_join_is_found(science, cache, tmp_path):
    add_folder(science)
    add_port(science)
    checked = insula("check", science=science, cache=cache, cwd=tmp_path)
    assert checked.returncode == 2
    assert 'port "immunosuppression.invented" is not connected' in checked.stdout
