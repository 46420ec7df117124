"""What every room needs: paths, problems, units, tables, addressed randomness, two languages."""
