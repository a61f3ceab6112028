"""The child process hands over the very bytes the generator makes."""

from archive.demo.hospital import demo_studies
from archive.demo.stream import studies_from_child
from tests.unit.demo.conftest import ANCHOR


def test_the_first_study_comes_through_the_pipe_unchanged() -> None:
    streamed = studies_from_child(anchor=ANCHOR)
    received = next(streamed)
    expected = next(iter(demo_studies(anchor=ANCHOR)))
    assert received.study_instance_uid == expected.study_instance_uid
    assert len(received) == len(expected)
    for mine, theirs in zip(expected, received, strict=False):
        assert mine == theirs
        break
    streamed.close()
