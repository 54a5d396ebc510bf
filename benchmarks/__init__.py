"""What Rhumbline costs in processor time: subjects that register themselves, measured in one run."""
