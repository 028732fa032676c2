"""The policy of disclosure: how many answers a cell needs, and from what size an area has figures. Two people set it.

It counts only with valid signatures of two different officers, and only upward: no figure is shown under a policy that
one person made, or that is weaker than the one before.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analytics.disclosure.exposure import DEFAULT_K
from analytics.release import ReleaseError
from analytics.release.signature import Signature, fingerprint, valid

from .keys import public_key, signed
from .store import put

POLICY, PROPOSED = "policy.json", "policy.proposed.json"
OFFICERS_NEEDED = 2


class PolicyError(ReleaseError):
    """A policy that does not count. The message says why."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The least number of answers of a cell, and the least population and respondents (in a wave) of an area.

    A floor of 0 leaves the instrument's own.
    """

    k: int = DEFAULT_K
    area_population: int = 0
    area_respondents: int = 0

    def weaker(self, other: "Policy") -> bool:
        """Whether it asks for less than the other one in any part."""
        parts = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return any(mine < theirs for mine, theirs in parts)


def current(directory: Path, officers: Collection[str]) -> Policy:
    """The policy that is in force; the usual one where there is no file. Raises PolicyError."""
    path = directory / POLICY
    if not path.exists():
        return Policy()
    policy, signatures = _read(path)
    if len(_by_officers(policy, signatures, officers)) < OFFICERS_NEEDED:
        raise PolicyError(
            f"{POLICY} does not carry the signatures of {OFFICERS_NEEDED} of THIQA_RELEASE_OFFICERS; nothing is built"
        )
    if policy.weaker(Policy()):
        raise PolicyError(f"{POLICY} asks for less than the least, {DEFAULT_K}")
    return policy


def propose(directory: Path, policy: Policy, private: str, officers: Collection[str]) -> None:
    """Write a proposal with the first officer's signature. Raises PolicyError."""
    _officer(private, officers)
    now = current(directory, officers)
    if policy.weaker(now) or policy.weaker(Policy()):
        raise PolicyError(f"a policy is only made stronger, and k is {now.k} now")
    if policy == now:
        raise PolicyError("this is the policy already")
    put(directory / PROPOSED, _content(policy, (signed(private, _message(policy)),)))


def agree(directory: Path, private: str, officers: Collection[str]) -> Policy:
    """Sign what another officer proposed, which puts it in force. Raises PolicyError."""
    mine = _officer(private, officers)
    path = directory / PROPOSED
    if not path.exists():
        raise PolicyError("nothing is proposed; begin with: thiqa release propose")
    policy, signatures = _read(path)
    others = _by_officers(policy, signatures, officers) - {mine}
    if not others:
        raise PolicyError("another officer has to propose it: one person signs once")
    if policy.weaker(current(directory, officers)):
        raise PolicyError("the policy has become stronger than this proposal")
    kept = tuple(signature for signature in signatures if signature.public_key in others)
    put(directory / POLICY, _content(policy, (*kept, signed(private, _message(policy)))))
    path.unlink()
    return policy


def refuse_weaker(k: int, policy: Policy, before: int) -> None:
    """Raise PolicyError where a release would be built with another k than the policy's, or a lower one than before.

    before: the k of the last published release, 0 if there is none.
    """
    if k != policy.k:
        raise PolicyError(f"k is {policy.k} by the policy, not {k}; two officers raise it: thiqa release propose")
    if k < max(DEFAULT_K, before):
        raise PolicyError(f"the last release had k = {before}; a lower one is not published")


def _officer(private: str, officers: Collection[str]) -> str:
    mine = public_key(private)
    if mine not in officers:
        raise PolicyError(f"the key {fingerprint(mine)} is not among THIQA_RELEASE_OFFICERS")
    return mine


def _by_officers(policy: Policy, signatures: Collection[Signature], officers: Collection[str]) -> set[str]:
    return {
        one.public_key
        for one in signatures
        if one.public_key in officers and valid(one.public_key, _message(policy), one.signature)
    }


def _message(policy: Policy) -> bytes:
    return b"thiqa policy " + json.dumps(asdict(policy), sort_keys=True, separators=(",", ":")).encode("ascii")


def _content(policy: Policy, signatures: Collection[Signature]) -> bytes:
    content: dict[str, Any] = {"policy": asdict(policy), "signatures": [asdict(one) for one in signatures]}
    return json.dumps(content, indent=1).encode("ascii") + b"\n"


def _read(path: Path) -> tuple[Policy, tuple[Signature, ...]]:
    try:
        found = json.loads(path.read_bytes())
        policy = Policy(**found["policy"])
        signatures = tuple(Signature(**one) for one in found["signatures"])
        if not all(type(value) is int for value in asdict(policy).values()):
            raise ValueError("no whole numbers")
        if not all(isinstance(value, str) for one in signatures for value in asdict(one).values()):
            raise ValueError("no texts")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"{path.name} is no policy") from error
    return policy, signatures
