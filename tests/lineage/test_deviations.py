"""What a run did otherwise than its template."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.models import Deviation
from lineage.runs.deviations import Kind, WorkedCell, deviations_of, digest_of
from lineage.runs.values import is_same_procedure
from notebooks.memes import Meme
from notebooks.parsing.model import CellType, Status

BEGAN = datetime(2026, 3, 27, 3, 0, tzinfo=UTC)


def cell(number, source="ls", count=None, *, logs=0, prose=False, at=None, error=False, branch=""):
    kind = CellType.MARKDOWN if prose else CellType.CODE
    status = Status.NONE if prose or not source else Status.NOT_RUN if count is None else Status.OK
    return WorkedCell(
        Meme(UUID(int=number), branch),
        assigned=False,
        cell_type=kind,
        source=source,
        status=Status.ERROR if error else status,
        execution_count=count,
        executed_at=at and BEGAN + timedelta(minutes=at),
        logs=tuple(f"/home/kato/run/.log/x-{number}-{each}.log" for each in range(logs)),
    )


def told(template, run):
    """(kind, index in the template, index in the run) of each deviation."""
    return [(each.kind, each.template_index, each.index) for each in deviations_of(template, run).deviations]


TEMPLATE = [cell(1, "# Disk full", prose=True), *(cell(n, f"step {chr(95 + n)}") for n in range(2, 7))]


def ran(*changes, stop=6):
    """The template worked through up to the code cell `stop`, but for `changes`: index -> cell, or None."""
    run = [
        cell(
            n.meme.uuid.int, n.source, index if 0 < index < stop else None, prose=index == 0, branch="1-aaaa"
        )
        for index, n in enumerate(TEMPLATE)
    ]
    for index, changed in changes:
        run[index : index + 1] = changed if isinstance(changed, list) else [changed]
    return [each for each in run if each is not None]


def test_a_run_by_the_book_deviates_in_nothing():
    course = deviations_of(TEMPLATE, ran())
    assert course.deviations == ()
    assert [(step.index, step.at, step.status) for step in course.steps] == [
        (n, n, "ok") for n in range(1, 6)
    ]


def test_cells_that_one_of_the_two_lacks():
    run = ran((3, None), (1, [cell(2, "step a", 1), cell(99, "uptime", 3)]))
    assert told(TEMPLATE, run) == [(Kind.ADDED, None, 2), (Kind.DISORDERED, None, 2), (Kind.REMOVED, 3, None)]
    assert deviations_of(TEMPLATE, run).steps[2].status == "removed"


def test_blank_cells_and_white_space_at_the_ends_are_nothing():
    run = ran((2, [cell(3, "step b\n \n", 2), cell(98, "", prose=False), cell(97, " \n", prose=True)]))
    assert told([*TEMPLATE, cell(96, "")], run) == []


def test_a_changed_text_is_an_edit_and_a_changed_value_is_told_apart():
    template = [cell(1, "host = 'web-01.example.org'"), cell(2, "opsctl rotate {host}")]
    run = [cell(1, "host = 'db-17.example.org'", 1), cell(2, "sudo -n true; opsctl rotate {host}", 2)]
    course = deviations_of(template, run)
    assert [(each.kind, each.text) for each in course.deviations] == [
        (Kind.VALUES, digest_of(run[0].source)),
        (Kind.EDITED, digest_of(run[1].source)),
    ]
    assert [(step.edited, step.values) for step in course.steps] == [(False, True), (True, False)]


def test_prose_that_was_filled_in_is_an_edit_of_prose():
    template = [cell(1, "*who asked?*", prose=True), cell(2)]
    (note,) = deviations_of(template, [cell(1, "kato asked", prose=True), cell(2, count=1)]).deviations
    assert note.kind is Kind.EDITED
    assert note.is_prose


def test_a_step_passed_over_and_steps_never_reached_were_both_not_executed():
    run = ran((2, cell(3, "step b")), (3, cell(4, "step c", 2)), stop=4)
    course = deviations_of(TEMPLATE, run)
    assert [(each.kind, each.index, each.is_reached) for each in course.deviations] == [
        (Kind.SKIPPED, 2, True),
        (Kind.SKIPPED, 4, False),
        (Kind.SKIPPED, 5, False),
    ]
    assert [step.status for step in course.steps] == ["ok", "not_run", "ok", "not_run", "not_run"]


def test_in_a_copy_that_nobody_has_begun_with_nothing_was_skipped():
    assert told(TEMPLATE, ran(stop=0)) == []


def test_a_cell_with_two_logs_was_repeated():
    assert told(TEMPLATE, ran((3, cell(4, "step c", 3, logs=2)))) == [(Kind.REPEATED, 3, 3)]
    assert deviations_of(TEMPLATE, ran((3, cell(4, "step c", 3, logs=2)))).steps[2].repeated


def test_logs_that_came_along_with_the_copy_do_not_count():
    old = cell(2, logs=2)
    assert told([old], [cell(2, count=1, logs=2)]) == []
    elsewhere = ("/home/kato/last-year/.log/a.log", "/home/kato/run/.log/b.log")
    template, run = cell(2), cell(2, count=1)
    assert told([template], [WorkedCell(**{**_fields(run), "logs": elsewhere})]) == []


def _fields(each):
    return {name: getattr(each, name) for name in each.__dataclass_fields__}


def test_without_logs_a_gap_in_the_counts_tells_of_a_cell_run_again():
    run = [cell(2, "step a", 1), cell(3, "step b", 4), cell(4, "step c", 5)]
    assert told(TEMPLATE[1:4], run) == [(Kind.REPEATED, 1, 1)]
    logged = [cell(2, "step a", 1, logs=1), cell(3, "step b", 4, logs=1), cell(4, "step c", 5, logs=1)]
    assert told(TEMPLATE[1:4], logged) == []


@pytest.mark.parametrize(
    ("counts", "disordered"),
    [((1, 2, 3), []), ((1, 9, 2), [1]), ((2, 3, 1), [2]), ((1, 2, 1), []), ((1, None, 2), [])],
)
def test_cells_executed_out_of_order(counts, disordered):
    run = [cell(n, f"step {chr(95 + n)}", count) for n, count in enumerate(counts, start=2)]
    found = [index for kind, _, index in told(TEMPLATE[1:4], run) if kind is Kind.DISORDERED]
    assert found == disordered


def test_after_a_restart_of_the_kernel_the_times_tell_the_order():
    run = [cell(2, "step a", 7, at=1), cell(3, "step b", 8, at=2), cell(4, "step c", 1, at=60)]
    assert Kind.DISORDERED not in [kind for kind, *_ in told(TEMPLATE[1:4], run)]


def test_a_cell_that_stands_elsewhere_moved():
    run = ran()
    run.insert(5, run.pop(1))
    assert (Kind.MOVED, 1, 5) in told(TEMPLATE, run)


def test_the_pure_words_are_those_of_the_records():
    assert {kind.value for kind in Kind} == set(Deviation.Kind.values)


# ----- whatever was done to the copy

WHAT = st.lists(
    st.sampled_from(["run", "run", "run", "skip", "edit", "value", "remove", "again"]),
    min_size=1,
    max_size=12,
)


@given(WHAT, st.sets(st.integers(0, 12), max_size=3))
def test_what_was_done_to_the_copy_is_what_is_found(what, additions):
    template = [cell(n + 1, f"ctl{chr(97 + n) * 3} --host web-01") for n in range(len(what))]
    run, expected, count = [], [], 0
    ends = max((n for n, did in enumerate(what) if did not in ("skip", "remove")), default=-1)
    for n, did in enumerate(what):
        source = template[n].source
        at = len(run)
        if did == "remove":
            expected.append((Kind.REMOVED, n, None))
        elif did == "skip":
            run.append(cell(n + 1, source, branch="1-aaaa"))
            expected += [(Kind.SKIPPED, n, at)] if ends >= 0 else []
        else:
            count += 1
            edited = {"edit": f"sudo {source}", "value": source.replace("web-01", "db-7")}.get(did, source)
            run.append(cell(n + 1, edited, count, logs=2 if did == "again" else 1, branch="1-aaaa"))
            kinds = {"edit": Kind.EDITED, "value": Kind.VALUES, "again": Kind.REPEATED}
            expected += [(kinds[did], n, at)] if did in kinds else []
        if n in additions:
            expected.append((Kind.ADDED, None, len(run)))
            run.append(cell(100 + n, f"uptime{chr(97 + n) * 4}"))
    assert sorted(map(str, told(template, run))) == sorted(map(str, expected))


@given(st.lists(st.integers(1, 30) | st.none(), max_size=12))
def test_as_few_cells_as_can_be_are_called_out_of_order(counts):
    run = [cell(n, f"step {n}", count) for n, count in enumerate(counts)]
    disordered = {index for kind, _, index in told([], run) if kind is Kind.DISORDERED}
    left = [count for index, count in enumerate(counts) if count is not None and index not in disordered]
    known = [count for count in counts if count is not None]
    assert len(set(known)) < len(known) or left == sorted(left)
    assert not disordered or known != sorted(known)


# ----- values

SAME = [
    (
        "target_host = 'web-01.example.org'\nthreshold = 85",
        "target_host = 'db-01.example.org'\nthreshold = 90",
    ),
    ("hosts = ['web-01', 'web-02', 'web-03']", "hosts = ['db-17']"),
    ("export PGHOST=db-01.example.org", "export PGHOST=10.0.3.4"),
    ("export TARGET=monthly", "export TARGET=weekly"),
    ("environment = 'staging'", "environment = 'production'"),
    ("cat /var/log/a.log", "cat /var/log/nginx/b.log"),
    ("at 2026-03-27 14:52", "at 2026-11-02 03:10"),
    ("ls", "ls  # kato"),
    ("!ssh admin@web-01.example.org uptime", "!ssh root@db-2.example.org uptime"),
    ("curl https://a.example.org/x", "curl https://b.example.org/y?z=1"),
    ("ansible web01 -m ping", "ansible web07 -m ping"),
    ("ls\n\npwd", "ls\npwd\n"),
]
OTHER = [
    ("!opsctl rotate {host}", "!sudo -n true; opsctl rotate {host}"),
    ("!opsctl rotate {host}", "# rotate needs root since 2024-09\n!sudo -n true; opsctl rotate {host}"),
    ("!/sbin/reboot", "!/sbin/shutdown"),
    ("sudo /sbin/reboot", "sudo /sbin/halt"),
    ("df.head()", "df.tail()"),
    ("opsctl vm defin {vm}", "opsctl vm define {vm}"),
    ("rm -r /a", "rm -rf /a"),
    ("x = 1", "y = 1"),
    ("x = 1", "x = -1"),
    ("if a:\n    b", "if a:\nb"),
    ("os.system('rm -r x')", "os.system('ls -r x')"),
    ("echo 'a # b'", "echo 'a # c'"),
    ("ls  # see the wiki page before you go on", "ls"),
    ("a\nb", "b\na"),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_only_a_value_changed(before, after):
    assert is_same_procedure(before, after)
    assert is_same_procedure(after, before)


@pytest.mark.parametrize(("before", "after"), OTHER)
def test_the_procedure_changed(before, after):
    assert not is_same_procedure(before, after)
    assert not is_same_procedure(after, before)


@given(st.text(max_size=200), st.from_regex(r"[a-z]{3,9}", fullmatch=True))
def test_another_command_is_never_a_value(text, word):
    assert is_same_procedure(text, text)
    assert not is_same_procedure(text, f"{text}\n{word}")


@given(
    st.text(alphabet="ab1-./:='\"#@ \\\n", max_size=120), st.text(alphabet="ab1-./:='\"#@ \\\n", max_size=120)
)
def test_it_does_not_matter_which_came_first(before, after):
    assert is_same_procedure(before, after) == is_same_procedure(after, before)


@pytest.mark.parametrize("pattern", ["a-", "aa-0", "a.", "a@", "/a", "a=", "'", "a# ", "0-", " "])
def test_no_text_takes_long(pattern):
    text = pattern * (40_000 // len(pattern))
    began = datetime.now(UTC)
    is_same_procedure(text, f"{text}x")
    assert datetime.now(UTC) - began < timedelta(seconds=5)
