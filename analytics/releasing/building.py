"""A candidate: computed under the policy, with what was registered, withdrawn and redefined; signed, not published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from analytics.disclosure.insight import audit_before_release
from analytics.indicators.outcomes import kept_cases
from analytics.method_note import method_note
from analytics.publish import Parameters, cards, compute, derived, responses
from analytics.quality_report import Cases
from analytics.release import Release, read
from analytics.release.bundle import FIGURES, SIGNATURE, Packed, pack, place, read_manifest
from analytics.release.chain import Chain, read_chain
from analytics.release.definition import definition_digest
from analytics.release.signature import encoded
from survey_app.instrument import Instrument
from survey_app.storage.database import reading

from .keys import signed
from .policy import Policy, current, refuse_weaker
from .publishing import same_content, withdrawn_definitions
from .register import read_register, registered, registration
from .store import put
from .tombstones import last_cards, tombstones


@dataclass(frozen=True, slots=True)
class Trust:
    """The private key that signs releases ("" for none), the public keys that may have signed, the officers' keys."""

    private: str = ""
    pinned: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A release that is not published. `same_as` is a published one that says the same, "" if none does."""

    release: Release
    packed: Packed
    same_as: str = ""


def build(
    engine: Engine, instrument: Instrument, directory: Path, parameters: Parameters, trust: Trust | None = None
) -> Path:
    """Compute and write a candidate; returns its directory.

    Raises NothingToPublishError, ReleaseError, UnprotectableError, RefusedError, WeightingError or DesignError.
    """
    trust = trust or Trust()
    return keep(directory, candidate(engine, instrument, directory, parameters, trust), trust)


def candidate(
    engine: Engine, instrument: Instrument, directory: Path, parameters: Parameters, trust: Trust
) -> Candidate:
    """Compute a release as the policy, the register and the chain have it. Writes nothing."""
    chain = read_chain(directory, trust.pinned)
    policy = current(directory, trust.officers)
    known = read_manifest(directory / chain.published[-1])["parameters"] if chain.published else {}
    refuse_weaker(parameters.k, policy, int(known.get("k", 0)))
    frame, periods = responses(engine)
    removed = {name for name in chain.withdrawn if not (directory / name / FIGURES).exists()}
    public = [read(directory / name) for name in chain.published if name not in removed]
    cases = _cases(engine, [period.id for period in periods])
    made = compute(frame, allowed(instrument, policy, chain), periods, parameters, public, cases)
    release = documented(made.release, directory, chain, trust)
    audit_before_release(release, made.computed, public)
    packed = pack(release, derived(release))
    about = json.loads(packed.manifest)
    names = reversed(chain.published)
    same = next((name for name in names if same_content(about, read_manifest(directory / name))), "")
    return Candidate(release, packed, same)


def keep(directory: Path, made: Candidate, trust: Trust) -> Path:
    """Write a candidate, with its signature where there is a key."""
    signature = encoded(signed(trust.private, made.packed.manifest)) if trust.private else None
    path = place(directory, made.packed, signature)
    if signature and not (path / SIGNATURE).exists():  # it was built before there was a key
        put(path / SIGNATURE, signature)
    return path


def allowed(instrument: Instrument, policy: Policy, chain: Chain) -> Instrument:
    """The instrument without the indicators that were withdrawn as they are defined, and with the policy's floors."""
    gone = withdrawn_definitions(chain)
    left = {card.id for card in cards(instrument) if (card.id, definition_digest(card)) not in gone}
    floors = instrument.lattice
    return replace(
        instrument,
        indicators=tuple(indicator for indicator in instrument.indicators if indicator.id in left),
        lattice=replace(
            floors,
            area_population=max(floors.area_population, policy.area_population),
            area_respondents=max(floors.area_respondents, policy.area_respondents),
        ),
    )


def documented(release: Release, directory: Path, chain: Chain, trust: Trust) -> Release:
    """The release with the digest and the day of registration of each indicator, tombstones, and what quality says."""
    days = registered(read_register(directory, trust.pinned))
    digests = {card.id: definition_digest(card) for card in release.indicators}
    found = tuple(
        replace(card, digest=digests[card.id], registered=days.get((card.id, digests[card.id]), ""))
        for card in release.indicators
    )
    whole = replace(
        release,
        indicators=found,
        tombstones=tombstones(found, *last_cards(directory, chain), chain),
        quality={**release.quality, "registration": registration(found, release.waves)},
    )
    return replace(whole, method=method_note(whole))


def _cases(engine: Engine, waves: Sequence[str]) -> dict[str, Cases]:
    """By wave how invited cases ended, as far as this user may read it."""
    try:
        with reading(engine) as session:
            return {wave: kept_cases(session, wave) for wave in waves}
    except ProgrammingError:
        return {}
