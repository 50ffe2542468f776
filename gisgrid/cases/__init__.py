"""Cases: stages, categories, clocks and the calendar, without a database or a web."""
