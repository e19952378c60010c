"""What stations record: results, values, pictures, states."""
