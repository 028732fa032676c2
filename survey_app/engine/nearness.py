"""How near a typed name comes to the names of places: article, letter variants and slips of the finger."""

from .normalise import fold

MIN_LETTERS = ((9, 2), (5, 1))  # letters of the name, slips allowed
_VARIANTS = str.maketrans({"گ": "ك", "ڭ": "ك", "ڤ": "ف", "پ": "ب", "چ": "ش", "ء": None})
_ARTICLE = "ال"
_LATIN_ARTICLES = frozenset({"al", "el", "l", "le", "la", "les", "the"})


def slips(one: str, other: str, limit: int) -> int:
    """Damerau-Levenshtein distance (optimal string alignment): letters changed, added, lost or swapped.

    Anything beyond `limit` is limit + 1.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
    return min(row[-1], limit + 1)


def near(typed: str, name: str) -> bool:
    """Whether what was typed is this name of a place, give or take one slip in 5 letters or more, two in 9 or more."""
    return any(
        slips(wrote, meant, allowed) <= allowed
        for meant in _forms(name)
        for wrote in _forms(typed)
        if wrote
        for allowed in (next((allowed for letters, allowed in MIN_LETTERS if len(meant) >= letters), 0),)
    )


def _forms(name: str) -> set[str]:
    """The name as one word, with its articles and without."""
    words = fold(name).translate(_VARIANTS).split()
    bare = [
        word.removeprefix(_ARTICLE) if len(word) > len(_ARTICLE) + 1 else word
        for word in words
        if word not in _LATIN_ARTICLES or len(words) == 1
    ]
    return {"".join(words), "".join(bare)}
