"""Documents of a day, a week, a month, a quarter, a year: from what the store has of it."""
