"""Gates: a head for every node and step, and the greatest or least that gates can make of a row."""
