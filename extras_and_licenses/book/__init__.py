"""The course as a web site: `python -m extras_and_licenses.book` builds it from the masters."""
