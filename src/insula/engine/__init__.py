"""Integrates many patients of one system at once; knows no disease, no drug and no unit."""
