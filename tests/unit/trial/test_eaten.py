"""What people eat follows the disease clock where the text says by which symbol."""

from types import SimpleNamespace

import numpy as np

from insula.trial.day_plan import People
from insula.trial.two_clocks import hand_over

SYMBOLS = ["awareness.level", "diet.share"]
GRAMS = np.array([100.0, 200.0])


def cohort():
    nobody = np.zeros(2)
    return SimpleNamespace(
        observed=np.array([[1.0, 0.5], [1.0, 1.0]]),
        metabolic_parameters=np.zeros((2, 1)),
        people=People(np.arange(2), GRAMS, nobody, nobody, nobody),
        drawn={"habits.carbohydrate_per_day": GRAMS},
    )


def clinic(eaten):
    row = SimpleNamespace(source="awareness.level", target="awareness_of_lows.awareness")
    return SimpleNamespace(
        disease=SimpleNamespace(column=SYMBOLS.index),
        metabolic=SimpleNamespace(parameter=lambda _: 0),
        to_fast=(row,),
        symbols=SimpleNamespace(eaten=eaten),
    )


def test_the_share_is_of_the_usual_diet_however_often_the_clocks_meet():
    people = cohort()
    for _ in range(3):
        hand_over(clinic("diet.share"), people)
    assert people.people.carbohydrate.tolist() == [50.0, 200.0]


def test_without_a_symbol_the_diet_stays():
    people = cohort()
    hand_over(clinic(None), people)
    assert people.people.carbohydrate.tolist() == GRAMS.tolist()
