"""The home of the process that draws cards, and may die of one.

It reads orders from its standard input and answers on its standard output. An order is a
pickled Drawing; an answer is a line of JSON, the form of the card or why there is none, and
behind it the card. It says first that it is ready.
"""

import json
import pickle
import signal
import sys
from importlib import import_module

from pelican_smo.cards.draw import Encoded, encoded
from pelican_smo.cards.engine import CardEngine, Drawing
from pelican_smo.errors import CardError, PassingError
from pelican_smo.processes import at_work, receive, send

__all__ = ["MAX_ANSWER", "read_answer", "say_engine", "write_order"]

MAX_ANSWER = 1 << 20
# Seconds until it ends itself; its parent, who may be gone, loses patience before.
_PATIENCE = 120


def say_engine(engine: CardEngine) -> str:
    """Return the word by which a process finds the class of ``engine``."""
    kind = type(engine)
    return f"{kind.__module__}:{kind.__qualname__}"


def write_order(drawing: Drawing) -> bytes:
    """Return the order to draw ``drawing``."""
    return pickle.dumps(drawing, pickle.HIGHEST_PROTOCOL)


def read_answer(answer: bytes) -> Encoded | CardError:
    """Return what ``answer`` says; raises ValueError, LookupError or TypeError for nonsense."""
    line, _, data = answer.partition(b"\n")
    said = json.loads(line)
    if "form" in said:
        return Encoded(said["form"], data)
    kind = PassingError if said["passes"] else CardError
    return kind(said["where"], said["problem"], said["remedy"])


def main(engine: str) -> None:
    """Answer orders until there are none, with the engine that ``say_engine`` said."""
    answers = at_work()
    module, _, name = engine.partition(":")
    draws: CardEngine = getattr(import_module(module), name)()
    send(answers, b"{}")
    while order := receive(sys.stdin.buffer, sys.maxsize):
        _alarm(_PATIENCE)
        answer = _answer(draws, order)
        _alarm(0)
        send(answers, *answer)


def _alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):  # not on Windows
        signal.alarm(seconds)


def _answer(engine: CardEngine, order: bytes) -> tuple[bytes, bytes]:
    try:
        card = encoded(engine, pickle.loads(order))  # noqa: S301  our own parent, no stranger
    except CardError as error:
        return _line(
            where=error.where,
            problem=error.problem,
            remedy=error.remedy,
            passes=isinstance(error, PassingError),
        ), b""
    return _line(form=card.form), card.data


def _line(**said: str | bool) -> bytes:
    return json.dumps(said).encode() + b"\n"


if __name__ == "__main__":
    main(sys.argv[1])
