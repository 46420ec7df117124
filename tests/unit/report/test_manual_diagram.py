"""Wiring diagrams: nothing is left out, no two lines are taken for one, no line runs through a box."""

import re
from xml.etree import ElementTree

import pytest

from insula.catalog import Catalog
from insula.compiler.wiring import read_wiring
from insula.report.manual.diagram.layers import columns
from insula.report.manual.diagram.network import Net, Network, Port, around
from insula.report.manual.diagram.svg import wiring_svg
from insula.report.manual.reading import read_manual

CATALOG = Catalog.open()
MANUAL = read_manual(CATALOG, [], lambda *_: None)
WHOLE = {name: model.network for name, model in MANUAL.models.items()}
PARTS = {
    f"round {module}": around(WHOLE[MANUAL.home[module]], module)
    for module in MANUAL.home
    if module in CATALOG.modules
}
TWENTY = range(20)


def sinks(i, k):
    return tuple(Port(f"box{(i * 7 + 3 * k + j) % 20}", f"in{i}_{k}_{j}") for j in range(2))


LARGE = Network(
    {f"box{i}": f"box{i}" for i in TWENTY},
    tuple(Net(Port(f"box{i}", f"out{k}"), sinks(i, k)) for i in TWENTY for k in range(2)),
)
ALL = WHOLE | PARTS | {"twenty modules": LARGE}
STEP = re.compile(r"M([-\d.]+) ([-\d.]+)([HV])([-\d.]+)")
NAME = "{http://www.w3.org/2000/svg}"


def drawn(network):
    return ElementTree.fromstring(wiring_svg(network, {}, "wiring"))


def segments(group):
    """(x1, y1, x2, y2) of all lines of a net."""
    found = []
    for path in group.findall("path"):
        if path.get("class") == "border":
            for x, y, way, end in STEP.findall(path.get("d")):
                x, y, end = float(x), float(y), float(end)
                found.append((x, y, end, y) if way == "H" else (x, y, x, end))
    return found


def boxes(svg):
    rects = {group.find(".//text").text: group.find("rect") for group in svg.findall("g[@class='box']")}
    return {name: [float(r.get(key)) for key in ("x", "y", "width", "height")] for name, r in rects.items()}


@pytest.mark.parametrize("model", WHOLE)
def test_every_connection_of_the_wiring_is_drawn(model):
    wiring = read_wiring(CATALOG.models[model].text, model)
    together = [set(re.split(" → |, ", title.text)) for title in drawn(WHOLE[model]).iter("title")]
    for join in wiring.joins:
        assert any({str(join.first), str(join.second)} <= net for net in together), join
    assert sum(len(net) - 1 for net in together) == len(wiring.joins)
    assert len(wiring.joins) > 20
    assert set(WHOLE[model].boxes) == set(wiring.instances)


@pytest.mark.parametrize("name", ALL)
def test_every_sink_has_an_arrowhead_where_a_line_ends(name):
    network, svg = ALL[name], drawn(ALL[name])
    for net, group in zip(network.nets, svg.findall("g[@class='net']"), strict=True):
        heads = [path.get("d") for path in group.findall("path[@class='head']")]
        tips = [tuple(map(float, re.match(r"M([-\d.]+) ([-\d.]+)", head).groups())) for head in heads]
        ends = {(x2, y2) for _, _, x2, y2 in segments(group)}
        assert len(tips) == len(net.sinks)
        assert set(tips) <= ends


@pytest.mark.parametrize("name", ALL)
def test_the_lines_of_a_net_hang_together(name):
    for group in drawn(ALL[name]).findall("g[@class='net']"):
        waiting = segments(group)
        whole = [waiting.pop()]
        for known in whole:
            touching = [line for line in waiting if touch(known, line)]
            whole += touching
            waiting = [line for line in waiting if line not in touching]
        assert waiting == []


def touch(one, other):
    """Whether two lines at right angles or in a row have a point in common."""
    return all(
        min(one[i], one[i + 2]) <= max(other[i], other[i + 2]) + 0.11
        and min(other[i], other[i + 2]) <= max(one[i], one[i + 2]) + 0.11
        for i in (0, 1)
    )


@pytest.mark.parametrize("name", ALL)
def test_no_two_nets_share_a_line(name):
    lines = [
        (number, line)
        for number, group in enumerate(drawn(ALL[name]).findall("g[@class='net']"))
        for line in segments(group)
    ]
    for place, (number, line) in enumerate(lines):
        for other_number, other in lines[:place]:
            assert number == other_number or not side_by_side(line, other), (line, other)


def side_by_side(one, other):
    """Whether two parallel lines are nearer than two points over more than three."""
    for along, across in ((0, 1), (1, 0)):
        flat = all(line[across] == line[across + 2] for line in (one, other))
        if flat and abs(one[across] - other[across]) < 2:
            low = max(min(line[along], line[along + 2]) for line in (one, other))
            high = min(max(line[along], line[along + 2]) for line in (one, other))
            if high - low > 3:
                return True
    return False


@pytest.mark.parametrize("name", ALL)
def test_no_line_runs_through_a_box_and_no_box_over_another(name):
    svg = drawn(ALL[name])
    places = [
        [float(group.find("rect").get(key)) for key in ("x", "y", "width", "height")]
        for group in svg.findall("g[@class='box']")
    ]
    assert len(places) == len(ALL[name].boxes)
    shapes = [(x, y, x + width, y + height) for x, y, width, height in places]
    lines = [line for group in svg.findall("g[@class='net']") for line in segments(group)]
    for place, shape in enumerate(shapes):
        inner = (shape[0] + 1, shape[1] + 1, shape[2] - 1, shape[3] - 1)
        assert not any(over(inner, line) for line in lines)
        assert not any(over(inner, other) for other in shapes[:place])


def over(one, other):
    return all(
        min(one[i], one[i + 2]) < max(other[i], other[i + 2])
        and min(other[i], other[i + 2]) < max(one[i], one[i + 2])
        for i in (0, 1)
    )


def test_what_flows_on_stands_further_right():
    chain = Network(
        {name: name for name in "cab"},
        (Net(Port("a", "x"), (Port("b", "x"),)), Net(Port("b", "y"), (Port("c", "y"),))),
    )
    assert columns(chain) == {"a": 0, "b": 1, "c": 2}


def test_a_module_stands_between_its_neighbours():
    network = around(WHOLE["disease"], "averaged_day")
    column = columns(network)
    assert column["averaged_day"] == 1
    assert {column[box] for box in network.boxes if box.startswith("from ")} == {0}
    assert {column[box] for box in network.boxes if box.startswith("to ")} == {2}


def test_a_box_leads_to_its_page_and_names_are_escaped():
    network = Network({"a": "a<b"}, ())
    svg = ElementTree.fromstring(wiring_svg(network, {"a<b": "a.html"}, 'says "so"'))
    [link] = svg.iter("a")
    assert (link.get("href"), link.find("text").text) == ("a.html", "a<b")
    assert svg.get("aria-label") == 'says "so"'
