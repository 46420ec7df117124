"""A topic of small trials and a review of it, added to a good science folder; the numbers can be worked by hand."""

import csv
import io

STUDIES = """study_id,short_name,year,design,disease,n_total,role
two_doses,Two doses,2001,randomised open-label,A,40,calibration
plain,Plain,2002,double-blind randomised,B,32,validation
changes,Changes,2003,randomised,A,50,calibration
loose,Loose,2004,non-randomised,A,20,calibration
"""
ARMS = """study_id,arm_id,role,n,therapy
two_doses,low,treatment,10,cells
two_doses,high,treatment,10,cells
two_doses,placebo,control,20,none
plain,cells,treatment,16,cells
plain,placebo,control,16,none
changes,cells,treatment,25,cells
changes,placebo,control,25,none
loose,cells,treatment,10,cells
loose,control,control,10,none
"""
# two_doses: 6 and 8 with SD 1 in 10 patients each are 20 patients with mean 7 and SD sqrt(2).
OUTCOMES = """study_id,arm_id,outcome,time_months,statistic,value,spread_type,spread_low,unit
two_doses,low,tir,12,mean,8,sd,1,percent
two_doses,high,tir,12,mean,6,sd,1,percent
two_doses,placebo,tir,12,mean,9,sd,1,percent
two_doses,low,tir,0,mean,9,sd,1,percent
two_doses,high,tir,0,mean,9,sd,1,percent
two_doses,placebo,tir,0,mean,8,sd,1,percent
two_doses,low,responder,12,proportion,60,none,,percent
two_doses,high,responder,12,proportion,60,none,,percent
two_doses,placebo,responder,12,proportion,0,none,,percent
plain,cells,tir,11,mean,7,se,0.5,percent
plain,placebo,tir,11,mean,8,se,0.5,percent
changes,cells,tir,12,change_from_baseline,-3,sd,2.5,percent
changes,placebo,tir,12,change_from_baseline,-1,sd,2.5,percent
changes,cells,tir,12,mean,70,sd,9,percent
changes,placebo,tir,12,mean,60,sd,9,percent
loose,cells,tir,12,mean,1,sd,1,percent
loose,control,tir,12,mean,9,sd,1,percent
plain,cells,tir,3,mean,7,none,,percent
plain,placebo,tir,24,mean,7,sd,2,percent
"""
POOLED = """meta_analysis_id,outcome,time_months,subgroup,measure,estimate,ci_low,ci_high
big_2020,tir,12,all,shift against control,-1.5,-2.5,-0.5
big_2020,tir,12,all,shift from baseline,-9,-9.5,-8.5
other_2021,tir,12,all,shift against control,5,4,6
"""
REVIEW = """id: cells
title: {en: Cells, zh: 细胞}
question: {en: Do they help?, zh: 有用吗？}
topic: trials
studies:
  design: {contains: [randomised], lacks: [non-randomised]}
  therapies: [cells]
  diseases: [A, B]
subgroups:
  first: {title: {en: First, zh: 第一}, diseases: [A]}
  second: {title: {en: Second, zh: 第二}, diseases: [B]}
times:
  - at: {value: 3, unit: month}
    tolerance: {value: 1, unit: month, source: assumed, place: here, reason: assumed, note: near enough}
  - at: {value: 12, unit: month}
    tolerance: {value: 1.5, unit: month, source: assumed, place: here, reason: assumed, note: near enough}
outcomes:
  range: {of: [tir], measure: MD}
  responder: {of: [responder], measure: RR}
published_set:
  trials: {value: 5, unit: dimensionless, source: smith2001, place: abstract, reason: measured}
  patients: {value: 200, unit: patient, source: smith2001, place: abstract, reason: measured}
meta_analyses:
  - {id: big_2020, measures: [shift against control], subgroups: {all: overall}}
claims:
  - source: smith2001
    place: abstract
    rows:
      - {outcome: range, months: 12, direction: down, significant: true}
      - {outcome: range, months: 12, subgroup: second, direction: up}
      - {outcome: range, months: 3, significant: false}
"""
MEANINGS = """responder:
  title: {en: Responder, zh: 应答者}
  definition: {en: Better., zh: 好转。}
  unit: dimensionless
"""
MEASURES = """meta_analysis_id,outcome,measure,scale,unit,sign,presumed,reason,note
*,tir,shift against control,own,percent,1,no,,
*,tir,shift from baseline,own,percent,1,no,,
"""


def add_review(root, review=REVIEW, outcomes=OUTCOMES):
    """Add the topic and the review to a science folder; `review` and `outcomes` may be changed."""
    evidence = root / "evidence"
    texts = {"studies": STUDIES, "arms": ARMS, "outcomes": outcomes, "pooled": POOLED}
    (evidence / "trials").mkdir()
    for name, text in texts.items():
        header = (evidence / "insulin" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        (evidence / "trials" / f"{name}.csv").write_text(_filled(header.split(","), text), encoding="utf-8")
    (evidence / "outcomes.yaml").write_text(MEANINGS, encoding="utf-8")
    (evidence / "pooled_measures.csv").write_text(MEASURES, encoding="utf-8")
    with (evidence / "vocabulary.csv").open("a", encoding="utf-8") as file:
        file.write("responder,percent,*,responder,share,1,,percent,,\n")
    (root / "reviews").mkdir()
    (root / "reviews" / "cells.yaml").write_text(review, encoding="utf-8")


def _filled(columns, text):
    """Return the rows under every column of the schema; what a row lacks is empty."""
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {"seen_in": "abstract", "label": "Arm"} | row for row in csv.DictReader(io.StringIO(text))
    )
    return written.getvalue()
