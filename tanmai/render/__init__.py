"""How answers look in a terminal, as a diagram, as a page. Rounding happens in `tanmai.figures` alone."""
