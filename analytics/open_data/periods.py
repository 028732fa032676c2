"""The days that a figure is about, and what SDMX calls them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.release.content import Release, Wave

_MONTHS = {12: "A", 6: "S", 3: "Q", 1: "M"}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both counted."""

    opens: date
    closes: date

    @property
    def frequency(self) -> str:
        """The code in CL_FREQ of a calendar year, half, quarter or month; "_O" (other) of anything else."""
        return _MONTHS.get(self._months, "_O")

    @property
    def name(self) -> str:
        """2026, 2026-S1, 2026-Q3, 2026-07; else a time range, 2026-07-04/P61D (SDMX 3.0, section 6, time formats)."""
        year, part = self.opens.year, (self.opens.month - 1) // max(self._months, 1) + 1
        return {
            "A": f"{year}",
            "S": f"{year}-S{part}",
            "Q": f"{year}-Q{part}",
            "M": f"{year}-{self.opens.month:02d}",
        }.get(self.frequency, f"{self.opens}/P{(self.closes - self.opens).days + 1}D")

    @property
    def _months(self) -> int:
        """How many whole months of the calendar, counted from the start of such a stretch; else 0."""
        after = self.closes + timedelta(days=1)
        if self.opens.day != 1 or after.day != 1:
            return 0
        months = (after.year - self.opens.year) * 12 + after.month - self.opens.month
        return months if months in _MONTHS and (self.opens.month - 1) % months == 0 else 0


def periods(release: Release) -> Mapping[tuple[str, int], Period]:
    """(wave, span) -> the days from the first of the pooled waves to the last."""
    waves = in_time(release.waves)
    return {
        (wave.id, span): Period(date.fromisoformat(waves[at - span + 1].opens), date.fromisoformat(wave.closes))
        for at, wave in enumerate(waves)
        for span in range(1, at + 2)
    }


def in_time(waves: Sequence[Wave]) -> list[Wave]:
    """Waves, oldest first."""
    return sorted(waves, key=lambda wave: (wave.opens, wave.id))
