"""AQDEF: how measuring machines and quality programs exchange values as lines of K-fields. Pure format."""
