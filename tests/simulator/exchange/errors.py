"""Why the exchange does not do what it was asked."""


class ExchangeError(Exception):
    """The exchange refuses."""


class NoSuchNumber(ExchangeError, LookupError):
    """Nobody has that number."""


class NoSuchCall(ExchangeError, LookupError):
    """There is no such call, or none in the state that is needed."""


class NotPossible(ExchangeError, ValueError):
    """The call is not in a state that allows it."""
