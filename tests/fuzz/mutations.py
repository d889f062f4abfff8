"""Text that is nearly right: a few things in it are dropped, doubled, swapped, cut off or made absurd."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

NUMBERS = (
    "", "0", "-1", "1e308", "-1e308", "1e-320", "nan", "NaN", "INF", "-inf", "1e999", "0x10", "1/0", "007", "1,5", "1e",
    "9" * 25, "9" * 400, "0.1.2", "٣", "１", "true",
)  # fmt: skip
PLAIN = ("0", "1", "2", "3", "-1", "0.5", "1.5", "1e6", "1e-6", "1e20", "1e308", "-1e308", "1e-320", "1e-200", "5")
WORDS = (
    "", "A", "k", "x", "time", "cell", "c", "1x", "a b", "é", "µ", "名", "\U0001f9ec", "class", "lambda", "__import__",
    "None", "nan", "inf", "pi", "e", "x" * 300, "%s", "{0}", "a.b", "../x", "\u200b", "\u202e", "0", "-", "&lt;",
    "S1", "R1",
)  # fmt: skip
GARBAGE = (
    "\x00", "\x07", "\ufeff", "\ufffd", "\r", "\n\n", "\t", "<", ">", "&", '"', "'", "]]>", "<!--", "<![CDATA[",
    "&bogus;", "$", "#", "\\", "(", ")", "((((", "%", ",", ";", "=", "begin", "end", "</model>", "<ci> x </ci>",
    "\U0001f9ec", "𝟙",
)  # fmt: skip
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![\w.])")
WORD = re.compile(r"[A-Za-z_]\w*")
TAG = re.compile(r"<[^<>]+>")
ATTRIBUTE = re.compile(r'\s[\w:]+="[^"]*"')

VALUE = re.compile(r'(?<=[">])\s*-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?\s*(?=["<])')
NAME = re.compile(r"(?<=<ci>)\s*\w+\s*(?=</ci>)")
REFERENCE = re.compile(r'(?:(?<=species=")|(?<=symbol=")|(?<=variable=")|(?<=compartment="))\w+')
OPERATOR = re.compile(
    r"<(?:times|plus|minus|divide|power|exp|ln|lt|gt|leq|geq|and|or|not|abs|floor|root|max|min|eq|quotient|rem|sin)/>"
)
SIGN = re.compile(r"[-+*/^,<()]")
TRUTH = re.compile('(?<=")(?:true|false)(?=")')

Rng = np.random.Generator
Mutation = Callable[[Rng, str], str]


def pick(rng: Rng, things: Sequence[str]) -> str:
    return things[int(rng.integers(len(things)))]


def _one(rng: Rng, pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    """Where one match is; an empty place where there is none."""
    found = [match.span() for match in pattern.finditer(text)]
    return found[int(rng.integers(len(found)))] if found else (0, 0)


def _replaced(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def number(rng: Rng, text: str) -> str:
    return _replaced(text, _one(rng, NUMBER, text), pick(rng, NUMBERS))


def word(rng: Rng, text: str) -> str:
    """Another word, which may be one of the text itself."""
    own = WORD.findall(text)
    new = pick(rng, own) if own and rng.random() < 0.6 else pick(rng, WORDS)
    return _replaced(text, _one(rng, WORD, text), new)


def _among(pattern: re.Pattern[str], *others: str) -> Mutation:
    """One match replaced by another one of the text, or by one of the others."""

    def mutation(rng: Rng, text: str) -> str:
        return _replaced(text, _one(rng, pattern, text), pick(rng, (*pattern.findall(text), *others) or ("",)))

    return mutation


def plain_number(rng: Rng, text: str) -> str:
    return _replaced(text, _one(rng, NUMBER, text), pick(rng, PLAIN))


def plain_value(rng: Rng, text: str) -> str:
    """A number between quotes or tags, so that no version or address is hit."""
    return _replaced(text, _one(rng, VALUE, text), pick(rng, PLAIN))


def alike(rng: Rng, text: str) -> str:
    """An element replaced by another one of its kind."""
    start, end = _element(rng, text)
    name = re.match(r"<([A-Za-z]\w*)", text[start:end])
    if name is None:
        return text
    found = [match.start() for match in re.finditer(rf"<{name[1]}\b", text)]
    other = _span(text, found[int(rng.integers(len(found)))])
    return _replaced(text, (start, end), text[slice(*other)])


operator = _among(
    OPERATOR, *(f"<{name}/>" for name in ("minus", "divide", "power", "ln", "lt", "floor", "rem", "arccos"))
)
sign = _among(SIGN, "-", "/", "^", "*", "<", " ")
reference = _among(REFERENCE)
operand = _among(NAME, "time", "A", "k1", "c", "R1")
truth = _among(TRUTH, "true", "false")


def renamed(rng: Rng, text: str) -> str:
    """One word everywhere, so that references still hold."""
    start, end = _one(rng, WORD, text)
    return re.sub(rf"\b{text[start:end]}\b", lambda _: new, text) if (new := pick(rng, WORDS)) and end else text


def garbage(rng: Rng, text: str) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + pick(rng, GARBAGE) * int(rng.integers(1, 4)) + text[at:]


def truncated(rng: Rng, text: str) -> str:
    return text[: int(rng.integers(len(text) + 1))]


def dropped(rng: Rng, text: str) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + text[at + int(rng.integers(1, 40)) :]


def doubled(rng: Rng, text: str) -> str:
    at = int(rng.integers(len(text) + 1))
    piece = text[at : at + int(rng.integers(1, 200))]
    return text[:at] + piece + text[at:]


def line(rng: Rng, text: str) -> str:
    """A line dropped, doubled, or swapped with another one."""
    lines = text.split("\n")
    i, j = (int(n) for n in rng.integers(len(lines), size=2))
    kind = int(rng.integers(3))
    if kind == 0:
        del lines[i]
    elif kind == 1:
        lines.insert(j, lines[i])
    else:
        lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


def attribute(rng: Rng, text: str) -> str:
    """An attribute dropped, doubled, or with the value of another one."""
    span, other = _one(rng, ATTRIBUTE, text), _one(rng, ATTRIBUTE, text)
    given, value = text[slice(*span)], text[slice(*other)].partition("=")[2]
    return _replaced(text, span, pick(rng, ("", given * 2, f"{given.partition('=')[0]}={value or pick(rng, WORDS)}")))


def element(rng: Rng, text: str) -> str:
    """An element with all that is in it dropped, doubled, put elsewhere, or with another element's content."""
    spans = [span for span in (_element(rng, text) for _ in range(2)) if span[1]]
    if not spans:
        return text
    span, other = spans[0], spans[-1]
    whole = text[slice(*span)]
    kind = int(rng.integers(4))
    if kind == 0:
        return _replaced(text, span, "")
    if kind == 1:
        return _replaced(text, span, whole * 2)
    if kind == 2:
        return _replaced(text, span, text[slice(*other)])
    at = _one(rng, TAG, text)[1]
    return text[:at] + whole + text[at:]


def _element(rng: Rng, text: str) -> tuple[int, int]:
    return _span(text, _one(rng, TAG, text)[0])


def _span(text: str, start: int) -> tuple[int, int]:
    """From the start of a tag to the end of its element."""
    match = TAG.match(text, start)
    if match is None:
        return 0, 0
    end, tag = match.end(), match[0]
    if tag.endswith("/>") or tag.startswith(("</", "<?", "<!")):
        return start, end
    name = re.match(r"<([^\s>]+)", tag)
    close = text.find(f"</{name[1]}>", end) if name else -1
    return (start, close + len(name[1]) + 3) if name and close >= 0 else (start, end)


def tag(rng: Rng, text: str) -> str:
    """An element called as another one."""
    span, other = _one(rng, TAG, text), _one(rng, TAG, text)
    return _replaced(text, span, text[slice(*other)])


OF_LINES: tuple[Mutation, ...] = (
    number, word, word, renamed, garbage, truncated, dropped, doubled, line, line,
    *[plain_number] * 6, *[sign] * 3, *[_among(re.compile(r"(?<=[ ,*(])[A-Za-z_]\w*(?=[ ,*(/\n])"))] * 3,
)  # fmt: skip
OF_XML: tuple[Mutation, ...] = (
    number, word, renamed, garbage, truncated, dropped, doubled, attribute, attribute, element, element, tag,
    *[plain_value] * 5, *[alike] * 4, *[operator] * 3, *[reference] * 3, *[operand] * 3, truth, truth,
)  # fmt: skip


def mutated(rng: Rng, text: str, mutations: Sequence[Mutation]) -> str:
    """One to four mutations, mostly one."""
    for _ in range(int(rng.choice([1, 1, 1, 1, 2, 2, 3, 4]))):
        text = mutations[int(rng.integers(len(mutations)))](rng, text)
    return text
