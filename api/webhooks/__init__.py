"""Telling other systems of cases: messages signed, sent to listed hosts only, tried again."""
