"""Fit uncertain numbers to published rows of the role calibration: from a plan to a posterior ensemble."""
