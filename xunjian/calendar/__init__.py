"""When: holidays, the flood season, the contract's rounds, their coverage, and freezes."""
