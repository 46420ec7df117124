from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.core.errors import ProtocolError
from insula.engine.schedule import READ, Schedule


def test_readings_come_before_actions_and_actions_keep_their_order():
    s = Schedule.build(
        2, [1, 0, 0, 0, 0], [5, 3, 3, 3, 1], [READ, 2, 1, READ, 0], [np.nan, 20, 10, np.nan, 7]
    )
    np.testing.assert_array_equal(s.start, [0, 4, 5])
    np.testing.assert_array_equal(s.time, [1, 3, 3, 3, 5])
    np.testing.assert_array_equal(s.action, [0, READ, 2, 1, READ])
    np.testing.assert_array_equal(s.amount, [7, np.nan, 20, 10, np.nan])
    np.testing.assert_array_equal(s.save, [-1, 0, -1, -1, 1])
    assert (s.n_patients, s.n_readings) == (2, 2)


rows = st.lists(st.tuples(st.integers(0, 4), st.integers(-3, 3), st.integers(-1, 2)), max_size=30)


@given(rows)
def test_every_patient_gets_exactly_their_rows_in_order(table):
    who, when, what = ([row[i] for row in table] for i in range(3))
    s = Schedule.build(
        5, np.array(who, int), np.array(when, float), np.array(what, int), np.arange(len(table))
    )
    for p in range(5):
        own = [i for i in range(len(table)) if who[i] == p]
        own.sort(key=lambda i: (when[i], what[i] != READ, i))
        part = slice(s.start[p], s.start[p + 1])
        assert s.amount[part].tolist() == own
        assert s.time[part].tolist() == [when[i] for i in own]


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=6, max_size=6), max_size=5))
def test_patients_side_by_side_give_the_same_schedule_as_rows_in_any_order(table):
    """Six rows each, some of them not there; times meet each other and those of the readings."""
    time = np.array([[when for when, _ in rows] for rows in table], float).reshape(-1, 6)
    there = np.array([[is_there for _, is_there in rows] for rows in table], bool).reshape(-1, 6)
    action = np.broadcast_to(np.arange(6), time.shape)
    amount = 10.0 + np.arange(time.size).reshape(time.shape)
    s = Schedule.table([0, 2, 4], time, action, amount, there)
    who = np.repeat(np.arange(len(table)), 6).reshape(time.shape)
    everyone = np.repeat(np.arange(len(table)), 3)
    wanted = Schedule.build(
        len(table),
        np.concatenate([who[there], everyone]),
        np.concatenate([time[there], np.tile([0.0, 2.0, 4.0], len(table))]),
        np.concatenate([action[there], np.full(len(everyone), READ)]),
        np.concatenate([amount[there], np.full(len(everyone), np.nan)]),
    )
    for name in ("start", "time", "action", "amount", "save"):
        np.testing.assert_array_equal(getattr(s, name), getattr(wanted, name))


def test_a_table_names_the_patient_at_fault():
    one = np.ones((2, 1))
    for time, action in (
        (np.array([[1.0], [np.nan]]), np.zeros((2, 1), int)),
        (one, np.array([[0], [READ]])),
    ):
        with pytest.raises(ProtocolError, match="schedule of patient 1, row 0: time"):
            Schedule.table([0.0], time, action, one, one > 0)


def test_a_million_rows_take_seconds_at_most():
    who = np.tile(np.arange(1000), 1000)
    s = Schedule.build(1000, who, np.linspace(9, 0, 1_000_000), READ)
    assert s.n_readings == 1_000_000
    assert (np.diff(s.time.reshape(1000, 1000)) >= 0).all()


def test_faults_name_the_row():
    with pytest.raises(ProtocolError, match=r"schedule row 1: patient 3 does not exist; there are 3"):
        Schedule.build(3, [0, 3], [1, 2], READ)
    with pytest.raises(ProtocolError, match=r"schedule row 1, patient 2: time nan is not finite"):
        Schedule.build(3, [0, 2], [1, np.nan], READ)
    with pytest.raises(ProtocolError, match=r"time has shape \(3,\), patient has \(2,\)"):
        Schedule.build(3, [0, 2], [1, 2, 3], READ)
    with pytest.raises(ProtocolError, match="action must be integers, not float64"):
        Schedule.build(3, [0, 2], [1, 2], [0.5, 1.0])


def test_columns_put_together_by_hand_are_checked_before_machine_code_sees_them():
    s = Schedule.build(2, [0, 1], [1, 2], READ)
    with pytest.raises(ProtocolError, match="action must be a plain array of int64"):
        replace(s, action=s.action.astype(np.int32))
    for damage in ({"time": s.time[:1]}, {"start": s.start + 1}):
        with pytest.raises(ProtocolError, match="the columns do not fit together"):
            replace(s, **damage)
