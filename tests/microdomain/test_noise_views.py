"""How a noise certificate is shown: text, HTML, dataset and figure."""

import json
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

import microdomain as md
from microdomain.noise.scaling import NoiseScaling
from microdomain.noise_figure import figure
from tests.microdomain.noisy_models import judged


class Tags(HTMLParser):
    """Whether every element that opens is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_text_fits_a_terminal(poisson: NoiseScaling) -> None:
    text = str(poisson)
    assert max(map(len, text.splitlines())) <= 80
    for part in ("births: noise against the volume of cell", "certified 1/sqrt(V)", "tau_leaping", "95%", "0.1 fL"):
        assert part in text


def test_long_names_and_reasons_fit_a_terminal_too() -> None:
    found = judged(md.models.ip3_microdomain(), [0.0331, 0.33144], precision=0.3, max_events=2e6)
    assert found.data.sizes["observable"] == 12
    text = str(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "... and 6 more: see .data" in text
    assert len(figure(found).axes) == 6


def test_the_html_is_well_formed(poisson: NoiseScaling) -> None:
    tags = Tags()
    tags.feed(poisson._repr_html_())
    assert not tags.open
    assert "certified 1/sqrt(V)" in poisson._repr_html_()


def test_the_dataset_says_where_it_comes_from(poisson: NoiseScaling, tmp_path: Any) -> None:
    data = poisson.data
    assert data.attrs["seed"] == "1"
    assert data.attrs["fixed"] == "densities"
    assert json.dumps(data.attrs)
    data.to_netcdf(tmp_path / "noise.nc", engine="h5netcdf")


def test_the_figure_shows_every_point(poisson: NoiseScaling) -> None:
    drawn = figure(poisson)
    assert isinstance(drawn, Figure)
    (panel,) = drawn.axes
    assert panel.get_title(loc="left") == "A.cell: certified 1/√V"
    points = [line for line in panel.lines if line.get_marker() == "o"]
    assert [float(line.get_ydata()[0]) for line in points] == pytest.approx(poisson.data.cv.values[:, 0].tolist())
    assert [line.get_markerfacecolor() == "white" for line in points] == [False, False, True]
    assert stats.linregress(*np.log([panel.lines[1].get_xdata(), panel.lines[1].get_ydata()])).slope == pytest.approx(
        -0.5
    )
