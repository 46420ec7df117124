"""What a trialist computes, on plain arrays."""
