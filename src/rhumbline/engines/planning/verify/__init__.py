"""The independent checker: is a plan what it says it is, computed anew from the Book in exact numbers?"""

from rhumbline.engines.planning.verify.claim import ClaimedPlan, ClaimedTerms, claimed_of
from rhumbline.engines.planning.verify.resolve import Path, Resolved
from rhumbline.engines.planning.verify.verification import Check, Proof, Verdict, Verification, VerifyTerms, verify

__all__ = [
    "Check",
    "ClaimedPlan",
    "ClaimedTerms",
    "Path",
    "Proof",
    "Resolved",
    "Verdict",
    "Verification",
    "VerifyTerms",
    "claimed_of",
    "verify",
]
