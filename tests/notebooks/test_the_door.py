"""Whatever comes through the door: a stored notebook or a plain reason, never a crash or a hang."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notebooks import batches, blobs, working
from notebooks.door import Incoming
from notebooks.models import Batch, BatchItem, Notebook
from notebooks.refusals import Refusal
from tests.builders import make_space

pytestmark = pytest.mark.django_db

texts = st.text(st.characters(), max_size=20)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
lines = texts | st.lists(texts, max_size=3)
bundles = st.dictionaries(
    st.sampled_from(
        [
            "text/plain",
            "text/html",
            "image/png",
            "image/svg+xml",
            "text/latex",
            "application/json",
            "text/markdown",
        ]
    )
    | texts,
    lines | anything,
    max_size=3,
)
outputs = st.fixed_dictionaries(
    {},
    optional={
        "output_type": st.sampled_from(["stream", "display_data", "execute_result", "error", "pyout"])
        | anything,
        "text": lines | anything,
        "data": bundles | anything,
        "metadata": anything,
        "ename": texts | anything,
        "evalue": texts | anything,
        "traceback": lines | anything,
    },
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | anything,
        "source": lines | anything,
        "input": lines,
        "metadata": st.dictionaries(
            st.sampled_from(["lc_cell_meme", "tags", "collapsed"]) | texts, anything, max_size=3
        )
        | anything,
        "outputs": st.lists(outputs | anything, max_size=3) | anything,
        "attachments": st.dictionaries(texts, bundles | anything, max_size=2) | anything,
        "execution_count": anything,
        "id": anything,
        "level": anything,
    },
)
notebooks = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4]) | anything},
    optional={
        "nbformat_minor": anything,
        "cells": st.lists(cells | anything, max_size=4) | anything,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(cells, max_size=3)}), max_size=2)
        | anything,
        "metadata": anything,
    },
)
documents = (notebooks | anything).map(lambda document: json.dumps(document).encode())


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", lambda name: None)


def bring(raw):
    batch = batches.open_batch(make_space(), None, Batch.Kind.COMMAND)
    file = Incoming("x.ipynb", len(raw), lambda: io.BytesIO(raw))
    batches.receive(batch, [file], is_last=True)
    working.work("tester/0", 60)
    return batch.items.get()


@settings(deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(documents | st.binary(max_size=200))
def test_there_is_a_notebook_or_a_reason(raw):
    item = bring(raw)
    if item.state == BatchItem.State.STORED:
        notebook = Notebook.objects.get(pk=item.notebook_id)
        assert blobs.get(notebook.revision.sha256) == raw
        assert notebook.cells.count() == notebook.cell_count
    else:
        assert item.state == BatchItem.State.FAILED
        assert item.reason_code in set(Refusal.values) - {Refusal.INTERNAL, Refusal.KILLED}
        assert item.reason


@pytest.mark.parametrize(
    "raw", [b"[" * 200_000, b'{"cells":' * 50_000, b'{"nbformat":4,"cells":[' + b"[" * 100_000]
)
def test_deep_nesting_is_a_reason(raw):
    assert bring(raw).reason_code in {Refusal.TOO_DEEP, Refusal.NOT_JSON}
