from django_event_pdfs.scanning import get_scanner
from django_event_pdfs.scanning.clamav import ClamAVScanner


def test_there_is_no_scanner_unless_one_is_named(settings):
    settings.EVENT_PDFS = {}
    assert get_scanner() is None


def test_the_scanner_is_the_one_that_is_named(settings):
    settings.EVENT_PDFS = {
        "SCANNER": {
            "BACKEND": "django_event_pdfs.scanning.clamav.ClamAVScanner",
            "OPTIONS": {"host": "clamav.internal", "timeout": 5},
        }
    }
    scanner = get_scanner()
    assert isinstance(scanner, ClamAVScanner)
    assert (scanner.host, scanner.port, scanner.timeout) == ("clamav.internal", 3310, 5)
    assert get_scanner() is scanner
