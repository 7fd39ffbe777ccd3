"""The PDF viewer of the browser, read from what it paints."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image  # pikepdf brings it

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def assert_shown(page: Any, where: str = "") -> None:
    """Wait until the viewer has painted black letters on white paper, for a minute or two."""
    target = page.locator(where) if where else page
    for _ in range(1000):
        image = Image.open(BytesIO(target.screenshot())).convert("RGB")
        counts = {color: count for count, color in image.getcolors(image.width * image.height)}
        if counts.get(BLACK, 0) > 50 and counts.get(WHITE, 0) > 50_000:
            return
        page.wait_for_timeout(100)
    pytest.fail("The viewer shows no page.")
