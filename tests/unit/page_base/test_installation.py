import pytest
from fastapi import FastAPI

from page_base.installation import install
from page_base.pages import Pages
from support.demo_pages.app import verify


def test_pages_of_another_service_are_refused() -> None:
    with pytest.raises(ValueError, match="'demo', not of 'scheduling'"):
        install(FastAPI(), service="scheduling", pages=Pages("support.demo_pages", service="demo"), verify=verify)
