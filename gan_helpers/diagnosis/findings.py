"""What a diagnosis says."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run. Print it to read it.

    Attributes:
        name: the fault, a few words in lower case; one of `diagnose`'s names.
        evidence: the numbers of the run that show it, as a sentence.
        advice: what to change, and the lesson that explains it.
    """

    name: str
    evidence: str
    advice: str

    def __str__(self):
        return f"{self.name}\n  seen: {self.evidence}\n  try:  {self.advice}"
