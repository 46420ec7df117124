"""Virtual patients: drawn with an address, screened as in a trial, and shown beside what was published."""
