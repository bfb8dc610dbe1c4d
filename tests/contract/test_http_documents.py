"""Each service's OpenAPI document is one, says an outside judge."""

import copy
import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from limber_embedded.checkout import CHECKOUT, SERVICES


def document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHECKOUT / "docs" / "http" / f"{service}.openapi.json").read_text())
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_valid(service: str) -> None:
    OpenAPIV31SpecValidator(document(service)).validate()


def test_a_broken_document_is_found() -> None:
    broken = copy.deepcopy(document("enrolment"))
    next(iter(broken["paths"].values()))["get"] = {"responses": "none"}
    with pytest.raises(OpenAPIValidationError):
        OpenAPIV31SpecValidator(broken).validate()


def test_what_senders_call_is_in_the_document_with_its_body_its_key_and_its_errors() -> None:
    paths = document("enrolment")["paths"]
    for path in ("/enrolment/workplace/nominations", "/enrolment/leisure/booking-requests"):
        one, file = paths[path]["post"], paths[f"{path}:bulk"]["post"]
        assert one["security"] == file["security"] == [{"organisation": []}]
        assert set(one["requestBody"]["content"]) == {"application/json"}
        assert set(file["requestBody"]["content"]) == {"text/csv"}
        for each in (one, file):
            assert {"202", "400", "413", "415", "422"} <= set(each["responses"])
            assert [parameter["name"] for parameter in each["parameters"]] == ["Idempotency-Key"]
