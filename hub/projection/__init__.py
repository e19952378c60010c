"""From records to rows that answer questions. Everything here can be made again from the ledger."""
