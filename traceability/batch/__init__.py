"""The signed batch: a header in an envelope, then one record a line. Its bytes as sent are the evidence."""
