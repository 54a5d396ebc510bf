"""How often somebody may ask: a bucket of tokens for each caller, in the memory of this process only."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from time import monotonic

WINDOW = 60.0
# Callers remembered; whoever was forgotten begins with a full bucket.
_MOST_CALLERS = 20_000
# A second that is a hair too long by rounding is no second more.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands after a request.

    Parameters
    ----------
    rate
        Requests a minute.
    left
        Requests that are left at once.
    wait
        Seconds until the next one is taken; 0 when this one was.
    """

    rate: int
    left: int
    wait: float

    @property
    def allowed(self) -> bool:
        """Whether this request is taken."""
        return not self.wait

    @property
    def headers(self) -> Mapping[str, str]:
        """What every answer says about it: the policy, and what is left of it."""
        reset = math.ceil(self.wait or (self.rate - self.left) * WINDOW / self.rate)
        told = {
            "RateLimit-Policy": f'"minute";q={self.rate};w={WINDOW:.0f}',
            "RateLimit": f'"minute";r={self.left};t={reset}',
        }
        return told if self.allowed else {**told, "Retry-After": str(max(1, math.ceil(self.wait - _ROUNDING)))}


class Buckets:
    """A bucket for each caller: a request takes a token out, and the rate fills it again.

    Parameters
    ----------
    clock
        Seconds that only go on.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, rate: int) -> Standing:
        """Return how a caller stands with one more request.

        Parameters
        ----------
        caller
            Any name of the caller.
        rate
            Requests a minute, which may also come at once.
        """
        now = self._clock()
        each = WINDOW / rate
        with self._lock:
            tokens, since = self._buckets.pop(caller, (float(rate), now))
            tokens = min(float(rate), tokens + (now - since) / each)
            taken = tokens >= 1.0
            tokens -= taken
            self._buckets[caller] = (tokens, now)
            while len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        return Standing(rate, int(tokens), 0.0 if taken else (1.0 - tokens) * each)

    def forget(self) -> None:
        """Fill every bucket."""
        with self._lock:
            self._buckets.clear()


BUCKETS = Buckets()

__all__ = ["BUCKETS", "WINDOW", "Buckets", "Standing"]
