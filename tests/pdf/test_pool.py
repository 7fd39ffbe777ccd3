"""What becomes of the workers, and of hosts that fork, end, or are odd in other ways."""

import json
import os
import signal
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import django_event_pdfs
from django_event_pdfs.pdf import WorkerUnavailable, isolation
from django_event_pdfs.testing import make_pdf
from tests import pdfs
from tests.pdf.isolated import GOOD, LONG, NEEDS_PROC, code, look, refused
from tests.pdf.processes import (
    at_work,
    descriptors,
    family,
    forkers,
    host,
    said,
    send,
    state,
    wait_until,
    workers,
)

pytestmark = [NEEDS_PROC, pytest.mark.usefixtures("stopped")]

_ISOLATED = """
CODES = {GOOD: "accepted", DAMAGED: "damaged"}

def right():
    return all(code(data, isolate="always") == CODES[data] for data in CODES)
"""


# Deaths


def test_a_worker_that_died_idle_is_replaced():
    code(GOOD)
    for worker in workers():
        os.kill(worker, signal.SIGKILL)

    assert code(GOOD) is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_worker_that_died_at_work_is_replaced(place, limit, number):
    limit()
    path = place(LONG)

    with at_work(path, send(number)) as killed:
        assert look(path).findings.objects == 100_000
    assert killed


def test_a_file_that_two_workers_died_of_is_damaged(place, limit):
    limit()
    path = place(LONG)

    with at_work(path, send(signal.SIGSEGV), times=2) as killed:
        assert refused(path) == ("damaged", None)
    assert len(killed) == 2
    assert code(GOOD) is None


def test_a_forker_that_died_is_replaced():
    code(GOOD)
    [before] = forkers()
    for pid in {before, *workers()}:
        os.kill(pid, signal.SIGKILL)

    assert code(GOOD) is None
    assert forkers().isdisjoint({before})
    assert not state(before)


def test_only_the_forker_that_failed_is_replaced():
    code(GOOD)
    failed = isolation._workers._forker
    isolation._workers.stop()
    code(GOOD)
    before = forkers()
    isolation._workers._drop(failed)  # As another thread that had met it does.

    assert forkers() == before


def test_a_worker_finishes_without_its_forker(place, limit):
    limit()
    path = place(LONG)

    with at_work(path, lambda pid: [os.kill(forker, signal.SIGKILL) for forker in forkers()]):
        assert look(path).findings.objects == 100_000
    assert code(GOOD) is None


def test_both_may_die_at_work(place, limit):
    limit()
    path = place(LONG)

    with at_work(path, lambda pid: [os.kill(p, signal.SIGKILL) for p in [*forkers(), pid]]):
        assert look(path).findings.objects == 100_000


def test_a_host_that_closes_all_it_does_not_know_goes_on():
    script = "say(code(DAMAGED)); os.closerange(3, 100); say(code(DAMAGED), code(DAMAGED))"

    assert said(script) == ['["damaged"]', '["damaged", "damaged"]']


def test_a_hundred_at_once(limit):
    limit()
    files = [GOOD, pdfs.truncated(), make_pdf(password="x"), pdfs.compressed(pdfs.ONE_PAGE)] * 25
    with ThreadPoolExecutor(100) as threads:
        assert list(threads.map(code, files)) == [None, "damaged", "encrypted", None] * 25


def test_nothing_is_left_open_and_nobody_unburied(place, limit):
    look(GOOD)
    before = len(descriptors())
    for number in range(200):
        if number % 20 == 0:
            for pid in {*workers(), *forkers()} if number % 40 else workers():
                os.kill(pid, signal.SIGKILL)
        code((GOOD, pdfs.truncated(), pdfs.compressed(pdfs.ONE_PAGE))[number % 3])
    limit(wall=0.01)
    for _ in range(3):
        with pytest.raises(WorkerUnavailable):
            look(LONG)
    limit()
    look(GOOD)

    assert len(descriptors()) <= before  # What earlier tests left may be closed meanwhile.
    wait_until(lambda: len(workers()) == 1)
    assert "Z" not in {state(pid) for pid in {*forkers(), *workers()}}


# Hosts that fork


def test_parent_and_child_of_a_fork_inspect_at_once_with_forkers_of_their_own():
    script = """
assert right()
before = forkers()
if pid := os.fork():
    ok = all(right() for _ in range(20))
    ok = os.waitpid(pid, 0)[1] == 0 and ok and right()
    say(ok, forkers() == before)
else:
    nothing = forkers()
    ok = all(right() for _ in range(20))
    ok = ok and not nothing and len(forkers()) == 1
    sys.exit(not ok)
"""
    assert said(_ISOLATED + script) == ["[true, true]"]


def test_a_child_that_another_thread_forks_holds_no_socket_of_a_busy_worker(tmp_path):
    path = tmp_path / "long.pdf"
    script = f"""
path = Path({str(path)!r})
path.write_bytes(pdfs.with_objects(100_000))
isolation.LIMITS = PATIENT
warnings.simplefilter("ignore", DeprecationWarning)  # This process has threads.

def fork(worker):
    if pid := os.fork():
        seen.append(os.waitpid(pid, 0)[1])
    else:
        os._exit(sum(target.startswith("socket:") for target in descriptors().values()))

seen = []
with at_work(path, fork):
    assert inspect(path).findings.objects == 100_000
say(*seen)
"""
    assert said(script) == ["[0]"]


def test_a_fork_after_all_descriptors_were_closed_is_a_fork_like_another():
    script = """
assert right()
os.closerange(3, 100)
if pid := os.fork():
    say(os.waitpid(pid, 0)[1])
else:
    signal.alarm(240)
    os._exit(not right())
"""
    assert said(_ISOLATED + script) == ["[0]"]


def test_a_fork_while_other_threads_inspect_hangs_nobody():
    script = """
warnings.simplefilter("ignore", DeprecationWarning)  # This process has threads.
done, oks = threading.Event(), []

def inspect_on():
    while not done.is_set():
        oks.append(code(GOOD, isolate="always") in ("accepted", "unavailable"))
        _workers.stop()  # So that the next one holds the lock for long.

threads = [threading.Thread(target=inspect_on) for _ in range(3)]
for thread in threads:
    thread.start()
codes = []
for _ in range(8):
    if pid := os.fork():
        codes.append(os.waitpid(pid, 0)[1])
    else:
        signal.alarm(240)
        os._exit(not right())
done.set()
for thread in threads:
    thread.join()
say(sum(codes), all(oks))
"""
    assert said(_ISOLATED + script) == ["[0, true]"]


def test_a_lock_that_is_held_is_waited_for_by_a_fork():
    script = """
warnings.simplefilter("ignore", DeprecationWarning)  # This process has threads.
held, order = threading.Event(), []

def hold():
    with _workers.lock:
        held.set()
        time.sleep(0.3)
        order.append("released")

threading.Thread(target=hold).start()
held.wait()
if pid := os.fork():
    say(*order, os.waitpid(pid, 0)[1])
else:
    signal.alarm(240)
    os._exit(not right())
"""
    assert said(_ISOLATED + script) == ['["released", 0]']


# Hosts that end

_READY = """
isolation.LIMITS = PATIENT
say(code(DAMAGED))
"""
_AT_WORK = """
path = Path({path!r})
path.write_bytes(pdfs.with_objects(300_000))
isolation.LIMITS = PATIENT
threading.Thread(target=inspect, args=[path], daemon=True).start()
with at_work(path, send(signal.SIGSTOP)) as stopped:
    wait_until(lambda: stopped)
say("at work")
"""
_WAIT = "sys.stdin.read()\n"
_ENDS = {
    "normally": "",
    "stop": "_workers.stop(); say(); time.sleep(60)",
    "exit in a thread": "thread = threading.Thread(target=sys.exit); thread.start(); thread.join()",
    "exit": "sys.exit(3)",
    "at once": "os._exit(0)",
    "abort": "os.kill(os.getpid(), signal.SIGKILL)",
    "terminated": "os.kill(os.getpid(), signal.SIGTERM)",
    "exec": "os.execv('/bin/sleep', ['sleep', '60'])",
}


@pytest.mark.parametrize("first", ["idle", "at work"])
@pytest.mark.parametrize("end", _ENDS)
def test_no_worker_outlives_its_host(end, first, tmp_path):
    before = _READY if first == "idle" else _AT_WORK.format(path=str(tmp_path / "a.pdf"))
    with host(before + _WAIT + _ENDS[end]) as process:
        process.stdout.readline()
        pids = family(process.pid)
        process.stdin.close()
        wait_until(lambda: all(state(pid) in ("", "Z") for pid in pids))
        process.kill()
        assert process.stderr.read() == ""
    assert len(pids) == 2


def test_ctrl_c_ends_no_worker_and_says_nothing():
    script = """
# Ignored by what a shell starts in the background, and by all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    say(code(DAMAGED), *sorted(forkers() | workers()))
    sys.stdin.read()
except KeyboardInterrupt:
    say(code(DAMAGED), *sorted(forkers() | workers()))
"""
    with host(script, start_new_session=True) as process:
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=600)
    assert (out, err) == (first, "")


# Odd hosts


def test_a_host_that_blocks_and_ignores_signals_is_bounded():
    script = """
from tests.pdf.processes import Limits
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
for number in (signal.SIGPROF, signal.SIGALRM, signal.SIGCHLD):
    signal.signal(number, signal.SIG_IGN)
long = pdfs.with_objects(100_000)
isolation.LIMITS = Limits(strict=0.02, wall=60)
say(code(long))
isolation.LIMITS = Limits(strict=60, wall=0.05)
say(code(long))
"""
    assert said(script) == ['["damaged"]', '["unavailable"]']


def test_a_host_that_is_bounded_in_memory_itself_goes_on():
    script = """
import resource
def used():
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()

resource.setrlimit(resource.RLIMIT_AS, (used() + 100_000_000,) * 2)
say(code(GOOD, isolate="always"), code(DAMAGED))
"""
    assert said(script) == ['["accepted", "damaged"]']


def test_modules_of_the_host_that_are_named_like_those_of_python_are_not_loaded(tmp_path):
    for name in ("inspect", "socket", "select", "resource", "signal", "json", "mmap", "typing"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not this one')")
    script = f"sys.path[:0] = ['', {str(tmp_path)!r}]; say(code(DAMAGED))"

    assert said(script, "-P", cwd=tmp_path) == ['["damaged"]']


def test_the_package_is_found_where_it_was_loaded_from():
    script = """
def has_it_alone(entry):
    return (Path(entry) / "django_event_pdfs").is_dir() and not (Path(entry) / "pikepdf").is_dir()

sys.path[:] = [entry for entry in sys.path if not has_it_alone(entry)]
os.chdir("/")
say(code(DAMAGED))
"""
    assert said(script) == ['["damaged"]']


def test_a_path_may_be_relative(tmp_path):
    script = """
import pikepdf
site = Path(pikepdf.__file__).parents[1]
os.chdir(site.parent)
sys.path[:] = [entry for entry in sys.path if entry != str(site)] + [site.name]
say(code(DAMAGED))
"""
    assert said(script) == ['["damaged"]']


@pytest.mark.parametrize("entry", [7, None, Path("x"), b"y", ""])
def test_a_path_of_the_host_may_hold_anything(entry):
    script = f"from pathlib import *\nsys.path.append({entry!r}); say(code(DAMAGED))"

    assert said(script) == ['["damaged"]']


def test_the_package_is_found_in_a_zip(tmp_path):
    root = Path(django_event_pdfs.__file__).parents[1]
    with zipfile.ZipFile(tmp_path / "host.zip", "w") as archive:
        for file in (root / "django_event_pdfs").rglob("*.py"):
            archive.write(file, file.relative_to(root))
    script = """
sys.path.insert(0, sys.stdin.readline().strip())
for name in [name for name in sys.modules if name.startswith("django_event_pdfs")]:
    del sys.modules[name]
from django_event_pdfs.pdf import inspect, pool
say(inspect(io.BytesIO(DAMAGED)).refusal.code, ".zip" in pool.__file__)
"""
    with host(script) as process:
        out, err = process.communicate(str(tmp_path / "host.zip"), timeout=600)
    assert (json.loads(out), err) == (["damaged", True], "")


def test_hooks_of_the_host_do_not_run_in_workers(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        f"import os\nwith open({str(tmp_path / 'ran')!r}, 'a') as ran: ran.write(str(os.getpid()))"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path), os.getcwd()])
    environment = {"PYTHONPATH": path, "COVERAGE_PROCESS_START": "/nowhere"}
    [line] = said("say(os.getpid(), code(DAMAGED))", environment=environment)

    assert line == f'[{(tmp_path / "ran").read_text()}, "damaged"]'
