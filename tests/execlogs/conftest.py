import tarfile
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def _unpacked(name: str, where: Path) -> Path:
    archive = CORPUS / f"{name}.tar.gz"
    if not archive.exists():
        pytest.skip(f"the corpus is not beside the project: {archive.name} is missing")
    with tarfile.open(archive) as tar:
        tar.extractall(where, filter="data")
    return where / name


@pytest.fixture(scope="session")
def operationhub(tmp_path_factory) -> Path:
    """The hub's tree as found on its disk, with its symbolic links. Read only."""
    return _unpacked("operationhub", tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def variants(tmp_path_factory) -> Path:
    """One log of each form. Read only."""
    return _unpacked("lc_wrapper-variants", tmp_path_factory.mktemp("corpus"))
