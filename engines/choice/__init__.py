"""Which engine for which compartment size: predictions, pilot runs, and the choice between readings."""
