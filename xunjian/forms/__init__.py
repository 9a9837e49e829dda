"""Forms: what no protocol sees, handed out as a workbook and taken in again."""
