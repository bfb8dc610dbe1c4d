"""A requirements file names versions and hashes, and no place to get them from."""

import pytest

from limber_embedded import lock


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example.org/simple",
        "--extra-index-url https://packages.example.org/simple",
        "-i https://packages.example.org/simple",
        "--find-links /opt/wheels",
        "-e ./services/enrolment",
        "limber-enrolment @ file:///home/someone/limber",
        "click @ https://packages.example.org/click.whl",
        "./services/enrolment",
        "../elsewhere/thing.whl",
    ],
)
def test_an_address_or_a_path_is_found(line: str) -> None:
    assert lock.addresses(f"click==8.5.1 \\\n    --hash=sha256:00\n{line}\n") == [line]


def test_versions_hashes_and_markers_are_fine() -> None:
    text = (
        "# made by ./limber lock\ncolorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
    )
    assert lock.addresses(text) == []


def test_the_committed_files_are_free_of_them() -> None:
    for one in lock.locks():
        assert lock.addresses(one.path.read_text()) == []
