"""What a report writes."""

from __future__ import annotations

from dagmix.analysis import layers, trained_attention


def test_many_candidates_are_cut_short() -> None:
    assert layers.listed(range(20)) == "0, 1, 2, 3, … (20)"


def test_a_report_is_a_sequence_and_a_table() -> None:
    """The layers as they are yielded; in a notebook a table in HTML, a row a layer."""
    attention = trained_attention()
    report = attention.report(first_step=1)
    assert list(report) == list(attention.layers(first_step=1))
    assert report[1:] == report.layers[1:]
    assert isinstance(report, layers.Report)
    html = report._repr_html_()
    assert html.count("<tr>") == 1 + len(report) == 5
    assert "<caption>Attention, layer by layer</caption>" in html
    assert str(report).count("\n") == 3 + len(report)
