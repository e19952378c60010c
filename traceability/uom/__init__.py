"""Units of measure: UCUM codes, which records use, and codes of UN/ECE Recommendation 20; exact conversion."""
