"""The parts of a report's model, each a pure function of the record and what stands beside it."""
