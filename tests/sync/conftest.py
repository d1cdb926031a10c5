import pytest


@pytest.fixture
def root(settings, tmp_path):
    """A folder that sources may read."""
    folder = tmp_path / "user-notebooks"
    folder.mkdir()
    settings.SOURCE_ROOTS = [folder]
    return folder
