import io
import stat
import struct
import zipfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks import batches, unpacking, working
from notebooks.archives import Archive, ArchiveRefused, Limits
from notebooks.door import Incoming
from notebooks.models import Batch, BatchItem, Notebook
from notebooks.progress import progress_of
from tests.builders import make_notebook, make_space, make_user

MB = 1024**2
LIMITS = Limits(total=10 * MB, entry=2 * MB, entries=100)
RAW = make_notebook("ls")


def a_zip(*entries, compression=zipfile.ZIP_DEFLATED):
    """Each entry a (name or ZipInfo, bytes)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, raw in entries:
            archive.writestr(name, raw)
    return file.getvalue()


def named(raw_name):
    """A zip whose entry's name is these bytes, without the UTF-8 flag: what Windows makes."""
    stand_in = "x" * len(raw_name)
    return a_zip((stand_in, RAW)).replace(stand_in.encode(), raw_name)


def opened(raw, limits=LIMITS):
    return Archive(io.BytesIO(raw), limits)


def unpacked(archive, entry):
    target = io.BytesIO()
    archive.unpack(entry, target)
    return target.getvalue()


def refusal(raw, limits=LIMITS):
    with pytest.raises(ArchiveRefused) as refused:
        opened(raw, limits)
    return refused.value.code


def test_entries_come_with_path_size_and_time():
    info = zipfile.ZipInfo("a/b.ipynb", (2026, 1, 2, 3, 4, 6))
    archive = opened(a_zip((info, RAW), ("c/", b"")))
    entry = archive.entries[0]
    assert len(archive.entries) == 1
    assert (entry.path, entry.size, str(entry.saved_at)) == ("a/b.ipynb", len(RAW), "2026-01-02 03:04:06")
    assert unpacked(archive, entry) == RAW


@pytest.mark.parametrize(
    ("raw_name", "name"),
    [
        ("手順/ソフト表.ipynb".encode("cp932"), "手順/ソフト表.ipynb"),
        ("手順/が.ipynb".encode(), "手順/が.ipynb"),
        (b"plain.ipynb", "plain.ipynb"),
    ],
)
def test_names_are_read_as_their_maker_saw_them(raw_name, name):
    archive = opened(named(raw_name))
    assert archive.entries[0].path == name
    assert unpacked(archive, archive.entries[0]) == RAW


@pytest.mark.parametrize(("system", "path"), [(0, "a/b.ipynb"), (3, "a\\b.ipynb")])
def test_backslashes_part_folders_only_in_a_zip_of_windows(system, path):
    info = zipfile.ZipInfo("a\\b.ipynb")
    info.create_system = system
    archive = opened(a_zip((info, RAW)))
    assert archive.entries[0].path == path
    assert unpacked(archive, archive.entries[0]) == RAW


def test_names_with_the_utf8_flag_are_utf8():
    assert opened(a_zip(("手順.ipynb", RAW))).entries[0].path == "手順.ipynb"


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK", b"no zip at all", a_zip(("x.ipynb", RAW))[:-30]],
    ids=["empty", "its first letters", "text", "cut off"],
)
def test_what_is_no_zip_is_broken(raw):
    assert refusal(raw) == "archive_broken"


def test_a_broken_entry_leaves_the_others_readable():
    raw = bytearray(a_zip(("x.ipynb", RAW), ("y.ipynb", RAW), compression=zipfile.ZIP_STORED))
    raw[raw.index(b'"ls"')] = 0
    archive = opened(bytes(raw))
    with pytest.raises(ArchiveRefused) as refused:
        unpacked(archive, archive.entries[0])
    assert refused.value.code == "archive_broken"
    assert unpacked(archive, archive.entries[1]) == RAW


def test_an_unknown_way_of_packing_is_broken():
    raw = bytearray(a_zip(("x.ipynb", RAW)))
    for header in (b"PK\3\4", b"PK\1\2"):
        struct.pack_into("<H", raw, raw.index(header) + (8 if header[2] == 3 else 10), 99)
    archive = opened(bytes(raw))
    with pytest.raises(ArchiveRefused) as refused:
        unpacked(archive, archive.entries[0])
    assert refused.value.code == "archive_broken"


def test_an_encrypted_entry_says_so():
    raw = bytearray(a_zip(("x.ipynb", RAW)))
    for header, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        raw[raw.index(header) + at] |= 1
    archive = opened(bytes(raw))
    with pytest.raises(ArchiveRefused) as refused:
        unpacked(archive, archive.entries[0])
    assert refused.value.code == "archive_encrypted"


def test_more_bytes_than_the_limit_unpacked_are_too_large():
    raw = a_zip(
        *[(f"{n}.ipynb", bytes(range(256)) * 4096) for n in range(11)], compression=zipfile.ZIP_STORED
    )
    assert refusal(raw) == "archive_too_large"


def test_more_entries_than_the_limit_are_too_large():
    assert refusal(a_zip(*[(f"{n}.ipynb", b"") for n in range(101)])) == "archive_too_large"


def test_a_directory_of_millions_is_refused_before_it_is_read():
    raw = bytearray(a_zip(("x.ipynb", RAW)))
    struct.pack_into("<L", raw, raw.index(b"PK\5\6") + 12, 2**31)
    assert refusal(bytes(raw)) == "archive_too_large"


def test_a_bomb_is_known_by_its_ratio():
    assert refusal(a_zip(("x.ipynb", bytes(9 * MB)))) == "archive_bomb"


def test_a_bomb_that_lies_about_its_size_yields_no_more_than_it_says():
    raw = bytearray(a_zip(("x.ipynb", bytes(9 * MB))))
    for header, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<L", raw, raw.index(header) + at, 1000)
    archive, target = opened(bytes(raw)), io.BytesIO()
    with pytest.raises(ArchiveRefused):
        archive.unpack(archive.entries[0], target)
    assert len(target.getvalue()) <= 1000


def test_entries_that_share_bytes_are_a_bomb():
    assert refusal(overlapping(RAW, 50)) == "archive_bomb"


def overlapping(raw, times):
    """Many directory entries that all point at one packed file."""
    packed = zlib.compress(raw)[2:-4]
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(raw), len(packed), len(raw), 1, 0)
    body = local + b"x" + packed
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, zlib.crc32(raw), len(packed), len(raw), 1, 0, 0, 0, 0, 0, 0
    )  # fmt: skip
    directory = (entry + b"x") * times
    return (
        body
        + directory
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, times, times, len(directory), len(body), 0)
    )


@given(st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=20))
def test_whatever_the_bytes_there_are_entries_or_a_reason(raw, at, patch):
    good = a_zip(("x.ipynb", RAW), ("y/z.ipynb", RAW))
    for candidate in (raw, good[:at] + patch + good[at + len(patch) :], raw + good, good + raw):
        with suppress(ArchiveRefused), opened(candidate) as archive:
            for entry in archive.entries:
                with suppress(ArchiveRefused):
                    assert len(unpacked(archive, entry)) == entry.size


def bring(raw, path="runbooks.zip", *others):
    person = make_user()
    batch = batches.open_batch(make_space(writers=[person]), person, Batch.Kind.UPLOAD, folder="f")
    files = [(path, raw), *others]
    batches.receive(
        batch,
        [Incoming(name, len(each), lambda each=each: io.BytesIO(each)) for name, each in files],
        is_last=True,
    )
    while working.work("tester/0", 60):
        pass
    return batch


def results(batch):
    return sorted(batch.items.exclude(kind="archive").values_list("path", "state", "reason_code"))


@pytest.mark.django_db
class TestAZipThatCameIn:
    def test_its_files_are_items_of_its_batch(self):
        batch = bring(a_zip(("a/x.ipynb", RAW), ("README.md", b"# hi"), ("a/.git/x", b""), ("a/x.txt", b"")))
        assert results(batch) == [("f/README.md", "stored", ""), ("f/a/x.ipynb", "stored", "")]
        batch.refresh_from_db()
        assert batch.skipped == {"dot_folder": 1, "kind": 1}
        assert batch.items.get(kind="archive").state == BatchItem.State.UNPACKED
        assert progress_of(batch).counts["stored"] == 2

    def test_its_files_lie_where_it_lies(self):
        assert results(bring(a_zip(("x.ipynb", RAW)), "hub/kato.zip"))[0][0] == "f/hub/x.ipynb"

    def test_paths_that_lead_out_nested_zips_and_links_stay_out(self):
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        inner = a_zip(("x.ipynb", RAW))
        batch = bring(
            a_zip(
                ("../x.ipynb", RAW),
                ("/etc/y.ipynb", RAW),
                ("z.zip", inner),
                (link, "/etc/passwd"),
                ("ok.ipynb", RAW),
            )
        )
        assert results(batch) == [
            ("../x.ipynb", "failed", "unsafe_path"),
            ("/etc/y.ipynb", "failed", "unsafe_path"),
            ("f/ok.ipynb", "stored", ""),
            ("z.zip", "failed", "archive_nested"),
        ]
        batch.refresh_from_db()
        assert batch.skipped == {"symlink": 1}

    def test_a_file_inside_above_the_limit_fails_alone(self, settings):
        settings.MAX_NOTEBOOK_BYTES = 5000
        batch = bring(a_zip(("x.ipynb", make_notebook("".join(map(chr, range(33, 9000))))), ("y.ipynb", RAW)))
        assert results(batch) == [("f/x.ipynb", "failed", "too_large"), ("f/y.ipynb", "stored", "")]

    def test_one_path_twice_the_second_fails(self):
        with pytest.warns(UserWarning, match="Duplicate"):
            raw = a_zip(("x.ipynb", RAW), ("x.ipynb", make_notebook("df")))
        batch = bring(raw, "runbooks.zip", ("y.ipynb", RAW))
        assert results(batch) == [
            ("f/x.ipynb", "failed", "duplicate_path"),
            ("f/x.ipynb", "stored", ""),
            ("f/y.ipynb", "stored", ""),
        ]

    def test_a_broken_one_fails_and_the_rest_goes_on(self):
        batch = bring(b"PK nonsense", "runbooks.zip", ("y.ipynb", RAW))
        assert results(batch) == [("f/y.ipynb", "stored", "")]
        assert batch.items.get(kind="archive").reason_code == "archive_broken"

    def test_a_worker_that_dies_before_the_end_leaves_no_half(self, monkeypatch):
        raw = a_zip(("x.ipynb", RAW), ("y.ipynb", make_notebook("df")))
        real, calls = unpacking.batches.put_down, []

        def die_once(*args, **kwargs):
            real(*args, **kwargs)
            calls.append(True)
            if len(calls) == 1:
                raise working.OperationalError("database is locked")

        monkeypatch.setattr(unpacking.batches, "put_down", die_once)
        person = make_user()
        batch = batches.open_batch(make_space(writers=[person]), person, Batch.Kind.UPLOAD)
        monkeypatch.setattr(batches, "put_down", real)
        batches.receive(batch, [Incoming("r.zip", len(raw), lambda: io.BytesIO(raw))], is_last=True)
        monkeypatch.setattr(unpacking.batches, "put_down", die_once)
        with pytest.raises(working.OperationalError):
            working.work("tester/0", 60)
        assert batch.items.count() == 1
        while working.work("tester/0", 60):
            pass
        assert results(batch) == [("x.ipynb", "stored", ""), ("y.ipynb", "stored", "")]
        assert Notebook.objects.count() == 2

    def test_the_time_of_a_file_inside_is_kept(self):
        info = zipfile.ZipInfo("x.ipynb", (2026, 1, 2, 3, 4, 6))
        bring(a_zip((info, RAW)))
        assert f"{Notebook.objects.get().revision.saved_at:%Y-%m-%d %H:%M}" == "2026-01-02 03:04"
