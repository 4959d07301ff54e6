"""Which factor for which electricity, and why (rule R08).

Given a place or a site, a year, the supply and a scheme, every share of the electricity gets a factor or the statement that
the scheme does not count it, with the rule, its document and the reason. What a scheme accepts is data: tm:ElectricityRule.
A factor of a kind that may not enter a footprint is refused; for a year without a factor nothing else is taken unasked.

    choice.py    factor and reason for each share under each scheme, and the number
    why.py       why a factor may or may not be used; how a factor changed over the years
    supply.py    the shares: from the command line or from a site of the graph
    rules.py     the rules of the schemes
    factors.py   the factors, and which one fits
    places.py    places and what contains them
"""

from schemes.electricity.choice import Question, choose
from schemes.electricity.why import history, why

__all__ = ["Question", "choose", "history", "why"]
