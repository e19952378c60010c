"""Error-proofing (智能防错): whether a unit may be processed at an operation, decided from what this PC knows."""
