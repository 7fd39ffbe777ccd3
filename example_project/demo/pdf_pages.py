"""What pages carry beside the text that flows over them: cover, margins and their measures."""

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from .content import Booklet, Sample

WIDTH, HEIGHT = A5  # reads well on a phone
MARGIN = 15 * mm
INNER = WIDTH - 2 * MARGIN
GREY = HexColor("#5b6270")


def draw_cover(canvas: Canvas, sample: Sample, booklet: Booklet) -> None:
    """A field of colour with rings in it; below it the dates and the place."""
    colour = HexColor(sample.colour)
    edge = HEIGHT * 0.32
    canvas.saveState()
    draw_rings(canvas, colour, edge)
    title = ParagraphStyle(
        "title", fontName="Helvetica-Bold", fontSize=28, leading=33, textColor=white
    )
    paragraph = Paragraph(sample.title, title)
    _, height = paragraph.wrap(INNER, HEIGHT)
    paragraph.drawOn(canvas, MARGIN, edge + 16 * mm)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(MARGIN, edge + 16 * mm + height + 6 * mm, booklet.kind)
    canvas.setFillColor(colour)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(MARGIN, edge - 16 * mm, sample.dates)
    canvas.setFillColor(GREY)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(MARGIN, edge - 23 * mm, sample.location)
    canvas.restoreState()


def draw_rings(canvas: Canvas, colour: Color, edge: float) -> None:
    """Fill the page above `edge` and let rings spread from its upper right corner."""
    canvas.saveState()
    field = canvas.beginPath()
    field.rect(0, edge, WIDTH, HEIGHT - edge)
    canvas.clipPath(field, stroke=0, fill=0)
    canvas.setFillColor(colour)
    canvas.rect(0, edge, WIDTH, HEIGHT - edge, stroke=0, fill=1)
    canvas.setStrokeColor(white)
    for ring in range(1, 12):
        canvas.setStrokeAlpha(0.32 - ring * 0.025)
        canvas.setLineWidth(1 + ring * 0.7)
        canvas.circle(WIDTH - 26 * mm, HEIGHT - 34 * mm, ring * 11 * mm, stroke=1, fill=0)
    canvas.restoreState()


def draw_margins(canvas: Canvas, sample: Sample, booklet: Booklet) -> None:
    """A coloured edge, a running title and the page number."""
    canvas.saveState()
    canvas.setFillColor(HexColor(sample.colour))
    canvas.rect(0, HEIGHT - 4 * mm, WIDTH, 4 * mm, stroke=0, fill=1)
    canvas.setFillColor(GREY)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, HEIGHT - 13 * mm, sample.title)
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 13 * mm, booklet.kind)
    canvas.drawString(MARGIN, 10 * mm, sample.dates)
    canvas.drawRightString(WIDTH - MARGIN, 10 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()
