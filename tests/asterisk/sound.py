"""The loudness of each party in a phone's recording."""

import math
from pathlib import Path
import struct
import wave

from .office import EXTENSIONS, OUTSIDE, OUTSIDE_TONE

# Amplitudes: of a party that must be heard at least, of one that must not at most.
AUDIBLE = 5000
SILENT = 50
# The second before hanging up is measured, so what is asked for takes a little more.
LONG_ENOUGH = 1.6


def amplitude(samples: list[int], rate: int, frequency: float) -> int:
    """Return the amplitude of one frequency (Goertzel), 0 to 32767."""
    step = 2 * math.cos(2 * math.pi * frequency / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + step * last - before
    power = last * last + before * before - step * last * before
    return round(2 * math.sqrt(max(power, 0)) / len(samples))


def tones(path: Path, ago: float, length: float = 1.0) -> dict[str, int]:
    """Return how loud each party is in a window of a recording.

    The window begins `ago` seconds before the end, and has `length` seconds.
    """
    with wave.open(str(path)) as recording:
        rate, frames = recording.getframerate(), recording.getnframes()
        start = max(0, frames - round(ago * rate))
        recording.setpos(start)
        data = recording.readframes(round(length * rate))
    samples = list(struct.unpack(f"<{len(data) // 2}h", data))
    if not samples:
        # A phone to which nothing was sent at all.
        samples = [0]
    parties = {number: tone for number, (_, tone, _) in EXTENSIONS.items()} | {
        OUTSIDE: OUTSIDE_TONE
    }
    return {party: amplitude(samples, rate, tone) for party, tone in parties.items()}
