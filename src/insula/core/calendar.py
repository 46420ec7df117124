"""How long a day, a month and a year are, where times are plain numbers."""

MINUTES_PER_DAY = 1440.0
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
