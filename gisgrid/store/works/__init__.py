"""What is done about cases: facilities, deliberation, mediation, evidence, and what springs."""
