"""Which engine for which compartment: what each reading would err by, predicted and audited, and what it costs."""
