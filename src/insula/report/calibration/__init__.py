"""What a calibration found: page, tables, terminal."""
