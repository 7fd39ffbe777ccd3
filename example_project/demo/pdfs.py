"""Turns a booklet into the bytes of a PDF: a cover, a page of contents, schedules and topics."""

from io import BytesIO
from itertools import count

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)
from reportlab.platypus.tableofcontents import TableOfContents

from .content import Booklet, Day, Sample, Slot, Topic
from .pdf_pages import GREY, HEIGHT, INNER, MARGIN, WIDTH, draw_cover, draw_margins

RULE = (0.6, HexColor("#dfe3e8"))

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14.5, spaceAfter=6)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9, leading=12, spaceAfter=0)
STRONG = ParagraphStyle("strong", parent=CELL, fontName="Helvetica-Bold")
QUIET = ParagraphStyle("quiet", parent=CELL, fontSize=8.5, leading=12, textColor=GREY)
QUIET_RIGHT = ParagraphStyle("quiet-right", parent=QUIET, alignment=TA_RIGHT)

ALL = (0, 0), (-1, -1)
ROWS = [
    ("FONT", (0, 0), (0, -1), "Helvetica-Bold", 9, 12),
    ("VALIGN", *ALL, "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ("TOPPADDING", *ALL, 4),
    ("BOTTOMPADDING", *ALL, 5),
]


def make_pdf(sample: Sample, booklet: Booklet) -> bytes:
    """Return the PDF of one booklet. The same text always gives the same bytes."""
    buffer = BytesIO()
    BookletTemplate(buffer, sample, booklet).multiBuild(story(sample, booklet))
    return buffer.getvalue()


class BookletTemplate(BaseDocTemplate):
    """Page layout; it tells the contents page and the outline about each heading it places."""

    def __init__(self, buffer: BytesIO, sample: Sample, booklet: Booklet) -> None:
        super().__init__(
            buffer,
            pagesize=(WIDTH, HEIGHT),
            title=f"{sample.title}: {booklet.kind}",
            author="Events with PDF documents, example project",
            subject=f"{sample.dates}, {sample.location}",
            creator="django-event-pdfs",
            lang="en",
            invariant=1,
        )
        frame = Frame(MARGIN, 19 * mm, INNER, HEIGHT - 39 * mm, 0, 0, 0, 0)
        self.addPageTemplates(
            [
                PageTemplate(
                    "cover", [frame], onPage=lambda canvas, _: draw_cover(canvas, sample, booklet)
                ),
                PageTemplate(
                    "inside",
                    [frame],
                    onPage=lambda canvas, _: draw_margins(canvas, sample, booklet),
                ),
            ]
        )

    def beforeDocument(self) -> None:  # noqa: N802, reportlab's name
        """Each pass counts its headings from the start."""
        self.keys = count(1)

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        """Note where a heading ended up."""
        if flowable.__class__ is not Heading:
            return
        key = f"part-{next(self.keys)}"
        text = flowable.getPlainText()
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key)
        self.notify("TOCEntry", (0, text, self.page, key))


class Heading(Paragraph):
    """A paragraph that the contents page lists."""

    def __init__(self, text: str, colour: Color) -> None:
        style = ParagraphStyle(
            "heading",
            fontName="Helvetica-Bold",
            fontSize=15,
            leading=18,
            spaceBefore=16,
            spaceAfter=7,
            textColor=colour,
            keepWithNext=True,
        )
        super().__init__(text, style)


def story(sample: Sample, booklet: Booklet) -> list[Flowable]:
    """Everything after the cover."""
    colour = HexColor(sample.colour)
    parts: list[Flowable] = [NextPageTemplate("inside"), PageBreak()]
    parts += [topic_part(booklet.opening, colour), Spacer(0, 8 * mm), contents(colour)]
    for day in booklet.days:
        parts += [PageBreak(), *day_parts(day, colour)]
    return parts + [topic_part(topic, colour) for topic in booklet.topics]


def contents(colour: Color) -> TableOfContents:
    """The list of headings with their pages, filled in by the second pass."""
    style = ParagraphStyle("contents", parent=BODY, leading=18, spaceAfter=0, textColor=colour)
    return TableOfContents(levelStyles=[style], dotsMinLevel=0)


def day_parts(day: Day, colour: Color) -> list[Flowable]:
    """A heading and the day's schedule, which may run over pages."""
    rules = [
        ("LINEABOVE", (0, row), (-1, row), *RULE)
        for row, slot in enumerate(day.slots)
        if row and slot.time
    ]
    table = Table(
        [slot_row(slot) for slot in day.slots],
        colWidths=[13 * mm, INNER - 46 * mm, 33 * mm],
        style=[*ROWS, *rules, ("TEXTCOLOR", (0, 0), (0, -1), colour)],
    )
    return [Heading(day.heading, colour), table]


def slot_row(slot: Slot) -> list[object]:
    """Time, what (with who below it) and where; a slot without a time belongs to the one above."""
    if not slot.time:
        return ["", Paragraph(slot.what, CELL), Paragraph(slot.where, QUIET_RIGHT)]
    what = [Paragraph(slot.what, STRONG)]
    if slot.who:
        what.append(Paragraph(slot.who, QUIET))
    return [slot.time, what, Paragraph(slot.where, QUIET_RIGHT)]


def topic_part(topic: Topic, colour: Color) -> Flowable:
    """A heading, its paragraphs and its table, on one page."""
    parts: list[Flowable] = [Heading(topic.heading, colour)]
    parts += [Paragraph(text, BODY) for text in topic.paragraphs]
    if topic.rows:
        rows = [[Paragraph(name, STRONG), Paragraph(text, CELL)] for name, text in topic.rows]
        parts.append(
            Table(
                rows,
                colWidths=[44 * mm, INNER - 44 * mm],
                style=[*ROWS, ("LINEBELOW", *ALL, *RULE)],
            )
        )
    return KeepTogether(parts)
