"""The calendar on paper: a year's plan as rows, workbook and iCalendar; a round's notice."""
