"""Suppliers side by side, and from a supplier down to a single characteristic: what pages and API both show."""
