"""The agent as a service of the operating system: unit and definition files, written but never installed by itself."""
