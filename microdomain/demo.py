"""The demonstration: a calcium microdomain with five IP3 receptors, in the mean field and one molecule at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from microdomain.demo_runs import CONDITIONS, IP3, Openings, Size, course, openings, size

CHOICE_VOLUMES = ("0.05 fL", "0.5 fL", "5 fL")
"""Of cytosol, in which an engine is chosen."""
CHOICE_BUDGET = 10.0
"""Processor seconds of the exact runs at each of them."""
NOISE_VOLUMES = ("0.033144 fL", "0.16572 fL", "0.8286 fL")
"""In which noise is measured: 1, 5 and 25 channels."""
NOISE_EVENTS = 1.2e8
"""Reactions that may be fired in each of them."""


def demo(
    out: Path, *, duration: float = 300.0, runs: int = 8, factors: tuple[float, ...] = (1, 10, 100, 1000),
    effort: float = 1.0, workers: int | None = None, say: Callable[[str], None] = print,
) -> list[Path]:  # fmt: skip
    """Run the microdomain under both engines, say what came out, and return the figures written to ``out``.

    duration: s of each run in which openings are counted; runs: how many of them; factors: the volumes compared, from
    the smallest to the largest; effort: what the choice of engines and the noise may take, as part of the usual.
    """
    from engines.choice.choose import choose
    from mechanisms.models import ip3_microdomain
    from microdomain import demo_figures as figures
    from microdomain.noise.scaling import noise_scaling
    from microdomain.plots import plot

    began = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    say("A calcium microdomain: 0.166 fL of cytosol, five IP3 receptors, five SERCA pumps")
    say("(the first run on a machine compiles for about half a minute)\n")
    written = [(out / "ode_and_gillespie.png", figures.ode_and_gillespie(course(workers)))]
    found = [openings(*condition, duration, runs, workers) for condition in CONDITIONS]
    say(table_of_openings(found, duration, runs))
    written.append((out / "open_channels.png", figures.open_channels(found)))
    sizes = [size(factor, workers) for factor in factors]
    say(table_of_sizes(sizes))
    written.append((out / "volume.png", figures.volume(sizes)))
    model = ip3_microdomain(ip3=IP3)
    chosen = choose(model, CHOICE_VOLUMES, of="Ca.cytosol", budget=CHOICE_BUDGET * effort, workers=workers)
    say(f"{chosen}\n")
    written.append((out / "choice.png", plot(chosen)))
    scaling = noise_scaling(
        model, NOISE_VOLUMES, of=["Ca.cytosol", "IP3R.open"], max_events=NOISE_EVENTS * effort, precision=0.05, seed=1,
        workers=workers,
    )  # fmt: skip
    say(f"{scaling}\n")
    written.append((out / "noise.png", plot(scaling)))
    for path, figure in written:
        figure.savefig(path, dpi=150)
    say("Figures: " + "\n         ".join(str(path) for path, _ in written))
    say(f"Done in {time.perf_counter() - began:.0f} s.")
    return [path for path, _ in written]


# -- tables ------------------------------------------------------------------------------------------------------------


def table_of_openings(found: list[Openings], duration: float, runs: int) -> str:
    """Each measure's mean and sd over runs beside its reference range, within 80 columns."""
    lines = [
        f"Open channels, Gillespie: {runs} runs of {duration:g} s for each condition, sampled every 1 ms",
        f"{'':<34}{'mean':>8}{'sd of runs':>12}{'reference':>14}{'runs inside':>12}",
    ]
    for one in found:
        lines.append(one.condition)
        for name, values in one.measures.items():
            spread = f"{values.std(ddof=1):.2g}" if len(values) > 1 else "-"
            line = f"  {name:<32}{f'{values.mean():.3g}':>8}{spread:>12}"
            if name in one.reference:
                low, high = one.reference[name]
                inside = int(((values >= low) & (values <= high)).sum()) if high > low else -1
                range_text = f"{low:g} - {high:g}" if high > low else f"{low:g}"
                line += f"{range_text:>14}" + (f"{f'{inside} of {len(values)}':>12}" if inside >= 0 else "")
            lines.append(line)
    return "\n".join([*lines, "", *NOTE_ON_OPENINGS, ""])


NOTE_ON_OPENINGS = (
    "Reference: regression values of independent simulations, from a few runs of",
    "300 s. Runs of that length differ by the sd shown: some ranges are narrower than",
    "that, so runs outside them are to be expected. In 300,000 s with IP3 held at",
    "0.2 uM a channel is open 0.176 of the time and calcium is 0.186 uM (a run of",
    "300 s shows more: it begins with a transient), and 22.3 openings begin per",
    "second, of which samples 1 ms apart see 19.3: the shortest closures are missed.",
    "With IP3 not held, 90,000 s of an independent program gave 0.098 and 0.108 uM,",
    "and ten runs of 300 s of another simulator (rebop) 0.103 and 0.112 uM.",
)


def table_of_sizes(sizes: list[Size]) -> str:
    """Mean field, exact mean and coefficient of variation at each volume, within 80 columns."""
    lines = [
        "The same microdomain in larger volumes, all densities fixed (CV: sd over mean)",
        f"{'':<26}{'calcium (uM)':>25}{'open fraction':>27}",
        f"{'volume':>8}{'fL':>9}{'channels':>9}" + f"{'ODE':>9}{'Gillespie':>10}{'CV':>7}" * 2,
    ]
    lines += _rows_of_sizes(sizes)
    ratio = sizes[0].cv["calcium"] / sizes[-1].cv["calcium"]
    expected = np.sqrt(sizes[-1].factor / sizes[0].factor)
    falls = f"From {sizes[0].factor:g}x to {sizes[-1].factor:g}x the noise of calcium falls {ratio:.1f} times;"
    return "\n".join([*lines, "", f"{falls} by 1/sqrt(V) {expected:.1f} times.", *NOTE_ON_SIZES, ""])


NOTE_ON_SIZES = (
    "That is the law of noise that is small beside its mean. In the smallest volume",
    "all channels are closed most of the time and calcium rises in bursts: there the",
    "noise stays below the law, and fewer channels are open than in the ODE.",
)


def _rows_of_sizes(sizes: list[Size]) -> Iterator[str]:
    for one in sizes:
        row = f"{f'{one.factor:g}x':>8}{one.volume:>9.4g}{one.channels:>9}"
        for name in ("calcium", "open"):
            row += f"{one.ode[name]:>9.4f}{one.mean[name]:>10.4f}{one.cv[name]:>7.3f}"
        yield row
