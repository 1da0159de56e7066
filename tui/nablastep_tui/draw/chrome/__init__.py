"""What stands around map and stage: header, footer, tape, loss curve, caption and the line being typed."""
