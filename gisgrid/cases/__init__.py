"""Cases without a database: stages and steps, categories, the calendar and its clocks."""
