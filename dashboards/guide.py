"""The guided first visit: at the top of each page a few points on how to read it.

Open on the first visit of a page, closed afterwards: `assets/guide.js` keeps in the reader's own browser that the page
was seen, and nothing else. Without that script it is open, and closes by its own heading.
"""

from typing import Any

from dashboards.access import Page
from dashboards.elements import html
from dashboards.view import View
from translations.languages import translator


def guide(view: View) -> Any:
    """How to read the view's page: a heading that opens and closes, and three to five points."""
    _ = translator(view.language)
    heading = html.Summary(_("How to read this page"))
    listed = html.Ul([html.Li(point) for point in points(view)])
    return html.Details([heading, listed], className="guide", open=True, **{"data-page": view.page or "overview"})


def points(view: View) -> tuple[str, ...]:
    """The points of a page, in the order in which a reader meets what they are about."""
    _ = translator(view.language)
    choose = _("Choose in the boxes, then press “%(show)s”. The address keeps your choice.", show=_("Show"))
    unsure = _("A dot or a line is the estimate. The bar or band around it shows how unsure it is.")
    marks = _("≈ cannot be told apart from chance. ▲ and ▼ are more than chance explains.")
    signs = _("A lock: hidden to protect people. A colon (:): too few answers to be sure.")
    behind = _(
        "Under each figure: “%(about)s” says what was asked and of whom; “%(table)s” has the numbers.",
        about=_("About this figure"),
        table=_("The figures as a table"),
    )
    if view.page is Page.QUALITY:
        return (
            _("This page is about the answers, not about the police: how they came in, and who is missing."),
            _("Squares are the census, dots those who answered. The farther apart, the more the weights mend."),
            _("A large design effect makes a figure less sure than its number of answers suggests."),
            signs,
        )
    if view.page is Page.OVERSIGHT:
        return (
            _("This page shows what was published, withdrawn and withheld, and who looked at which figures."),
            _("Both chains are checked at each visit. A fault stands in a frame at the top."),
            _("Note the last hash on paper: it will show later whether anything was changed."),
        )
    if view.page is Page.ABOUT:
        return (
            _("This page is about one figure. The boxes say which one."),
            _("The interval says how unsure it is; the wording says what people were asked."),
            signs,
            _("The last part says how to check the figure, and gives its permanent link."),
        )
    if view.page is Page.COMPARE:
        more = _("Add indicators and areas; what is side by side has the same axis.")
        many = _("Among many comparisons some stand out by chance alone. The page counts them, and says so.")
        return (choose, more, unsure, many, signs)
    if view.page is Page.AREA:
        done = _("At the end: what is not shown and why, and what was done about what residents said.")
        return (choose, unsure, marks, signs, done)
    return (_("The first sentence says what happened; the charts below prove it."), unsure, marks, signs, behind)
