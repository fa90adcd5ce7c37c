"""Where bubblewrap cannot be used, grading goes on in a container: which one, how it is started, and that it grades."""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from extras_and_licenses import lessons
from extras_and_licenses.checkpoints import PROFILE_VARIABLE
from extras_and_licenses.grading import container, grade, release, sandbox
from extras_and_licenses.grading.course import Course
from extras_and_licenses.kit.install import CACHE_VARIABLE
from tests.attacks.workbook import NAME, RIGHT_ADD, WRONG_ADD, Workbook, master

DOES_NOT_ANSWER = "echo Cannot connect to the daemon. >&2; exit 1"


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Makes a program that stands for podman or docker; it, and nothing else, is on the path."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "execvp", _must_not_start)  # else it would take the place of these tests
    (tmp_path / "bin").mkdir()

    def make(name: str, **does: str) -> Path:
        """Make it; by subcommand, what it does as lines of a shell. Returns the file that tells how it was called."""
        cases = "\n".join(f"{subcommand}) {lines} ;;" for subcommand, lines in does.items())
        program, calls = tmp_path / "bin" / name, tmp_path / f"{name}-calls"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {calls}\ncase "$1" in\n{cases}\nesac\n')
        program.chmod(0o755)
        return calls

    return make


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder that stands for the kit's cache."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


def _must_not_start(*_):
    pytest.fail("a container was started")


def run_grade(course: Path, *more: str) -> list[str]:
    """What `make grade` runs."""
    return [sys.executable, "-m", "extras_and_licenses.grading.grade", "--course", str(course), *more]


# Which engine -----------------------------------------------------------------------------------------------


def test_podman_comes_first_and_docker_where_podman_does_not_answer(engine):
    engine("docker")
    assert container.program() == "docker"
    engine("podman")
    assert container.program() == "podman"
    engine("podman", version=DOES_NOT_ANSWER)
    assert container.program() == "docker"


def test_without_an_engine_or_its_service_a_sentence_says_so(engine):
    with pytest.raises(container.ContainerError, match="needs podman or docker, and neither is installed"):
        container.program()
    engine("docker", version=DOES_NOT_ANSWER)
    with pytest.raises(
        container.ContainerError, match=r"docker .* does not answer \(Cannot connect to the daemon\.\)"
    ):
        container.program()


def test_an_engine_that_hangs_is_not_waited_for(engine, monkeypatch):
    monkeypatch.setattr(container, "ANSWER_SECONDS", 0.2)
    engine("docker", version="exec /bin/sleep 60")
    with pytest.raises(container.ContainerError, match="no answer within"):
        container.program()


# The image --------------------------------------------------------------------------------------------------


def test_the_image_changes_its_name_with_what_it_is_made_from(tmp_path, monkeypatch):
    names = {container.image(), container.image()}
    for constant in ("CONTAINERFILE", "REQUIREMENTS"):
        changed = tmp_path / constant
        changed.write_text(getattr(container, constant).read_text() + "# changed\n")
        with monkeypatch.context() as patch:
            patch.setattr(container, constant, changed)
            names.add(container.image())
    assert len(names) == 3


def test_an_image_is_built_from_the_recipe_and_the_pinned_packages_alone(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    calls = engine("docker", image="exit 1")
    assert not container.is_built("docker")
    container.build("docker")
    *words, folder = calls.read_text().splitlines()[-6:]
    assert words == ["build", "--tag", container.image(), "--file", f"{folder}/Containerfile"]
    assert {path.name for path in Path(folder).iterdir()} == {"Containerfile", "requirements.txt"}
    engine("docker")
    assert container.is_built("docker")


def test_an_image_that_cannot_be_built_is_told_in_a_sentence(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    engine("podman", build="exit 3")
    with pytest.raises(container.ContainerError, match=r"podman could not build .* \(exit status 3\)"):
        container.build("podman")


# The command ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "owner", "present", "absent"),
    [
        ("podman", None, ["--cap-add=ALL", "--security-opt=unmask=ALL"], ["--user=", "systempaths"]),
        (
            "docker",
            "1000:100",
            ["--user=1000:100", "--cap-drop=ALL", "--security-opt=systempaths=unconfined"],
            ["--cap-add", "unmask"],
        ),
        ("docker", None, ["--cap-add=ALL"], ["--user="]),
    ],
)
def test_the_container_allows_what_bubblewrap_needs(cache, tmp_path, name, owner, present, absent):
    words = container.command(name, tmp_path, [], owner, False)
    assert words[:2] == [name, "run"]
    present += ["--security-opt=seccomp=unconfined", "--security-opt=apparmor=unconfined"]
    assert set(present) <= set(words)
    assert not [word for word in words if any(part in word for part in absent)]


def test_the_container_sees_course_and_kit_and_no_network(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "no-container-must-see-this")
    monkeypatch.setenv(PROFILE_VARIABLE, "hub")
    course = tmp_path / "course"
    words = container.command("docker", course, ["07_tokenizers", "--again"], "1:1", False)
    assert {"--rm", "--pull=never", "--network=none", "--read-only", "--tmpfs=/tmp"} <= set(words)
    assert [word.partition("source=")[2] for word in words if word.startswith("--mount=")] == [
        f"{lessons.ROOT},target={lessons.ROOT},readonly",
        f"{cache},target={cache},readonly",
        f"{course},target={course}",
    ]
    assert {f"--env={PROFILE_VARIABLE}=hub", f"--env={CACHE_VARIABLE}={cache}"} <= set(words)
    assert "no-container-must-see-this" not in " ".join(words) and "--tty" not in words
    inside = words[words.index(container.image()) + 1 :]
    grading = ["-m", "extras_and_licenses.grading.grade", "--course", str(course), "--sandbox", "bubblewrap"]
    assert inside == [container.PYTHON, *grading, "07_tokenizers", "--again"]


def test_the_usual_course_is_mounted_once_and_can_be_written(cache):
    words = container.command("podman", lessons.ROOT, [], None, True)
    assert [word for word in words if str(lessons.ROOT) in word and word.startswith("--mount=")] == [
        f"--mount=type=bind,source={lessons.ROOT},target={lessons.ROOT}"
    ]
    assert {"--interactive", "--tty"} <= set(words)


def test_what_is_written_belongs_to_who_grades(engine, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1234)
    monkeypatch.setattr(os, "getgid", lambda: 56)
    engine("docker", info="echo '[name=seccomp,profile=default name=cgroupns]'")
    assert container.owner("docker") == "1234:56"
    assert container.owner("podman") is None
    engine("docker", info="echo '[name=seccomp,profile=default name=rootless]'")
    assert container.owner("docker") is None
    monkeypatch.setattr(os, "getuid", lambda: 0)
    engine("docker")
    assert container.owner("docker") is None


# make grade -------------------------------------------------------------------------------------------------


def test_without_bubblewrap_grading_goes_on_in_a_container(engine, tmp_path):
    calls = engine("podman", run="exit 7")
    done = subprocess.run(run_grade(tmp_path, "tiny", "--again"), capture_output=True, text=True)
    assert done.returncode == 7, done.stdout + done.stderr
    assert "Grading in a container of podman." in done.stdout
    told = calls.read_text().splitlines()
    assert told[-4:] == ["--sandbox", "bubblewrap", "tiny", "--again"] and "--tty" not in told


def test_a_signal_reaches_the_container(engine, tmp_path):
    engine("docker", run=f'trap "exit 9" TERM; echo > {tmp_path}/runs; /bin/sleep 60 & wait')
    grading = subprocess.Popen(run_grade(tmp_path, "--sandbox", "container"), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (tmp_path / "runs").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    grading.terminate()
    assert grading.wait(30) == 9


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ([], "No sandbox here. A container needs podman or docker, and neither is installed."),
        (["--sandbox", "bubblewrap"], "No sandbox here."),
        (["--sandbox", "container"], "A container needs podman or docker, and neither is installed."),
    ],
)
def test_without_any_sandbox_it_refuses(engine, tmp_path, monkeypatch, capsys, asked, says):
    monkeypatch.setattr(sandbox, "problem", lambda: "No sandbox here.")
    monkeypatch.setattr(sys, "argv", run_grade(tmp_path, *asked)[2:])
    assert grade.main() == 1
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert first == says and second.startswith("To grade without a sandbox")
    assert list((tmp_path).glob("*.db")) == []


def test_bubblewrap_alone_if_it_was_asked_for(engine, tmp_path, monkeypatch):
    """What runs inside the container says so, and never starts another."""
    calls = engine("podman")
    monkeypatch.setattr(sandbox, "problem", lambda: "No sandbox here.")
    monkeypatch.setattr(sys, "argv", run_grade(tmp_path, "--sandbox", "bubblewrap")[2:])
    assert grade.main() == 1 and not calls.exists()


def test_bubblewrap_before_a_container(engine, tmp_path, monkeypatch):
    calls = engine("podman")
    monkeypatch.setattr(sandbox, "problem", lambda: None)
    monkeypatch.setattr(sys, "argv", run_grade(tmp_path, "99_nothing")[2:])
    (tmp_path / "gradebook.db").touch()
    Course(tmp_path).source.mkdir(parents=True)
    assert grade.main() == 1 and not calls.exists()


def test_an_unknown_sandbox_is_refused_with_those_that_there_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", run_grade(tmp_path, "--sandbox", "none")[2:])
    with pytest.raises(SystemExit, match="2"):
        grade.main()
    said = capsys.readouterr().err
    assert "'none'" in said and all(known in said for known in ("bubblewrap", "container", grade.NO_SANDBOX))


# A container, for real --------------------------------------------------------------------------------------


def test_a_submission_is_graded_in_a_container(tmp_path):
    try:
        program = container.program()
    except container.ContainerError as error:
        pytest.skip(str(error))
    if not container.is_built(program):
        pytest.skip("the image is not built: `make test-container` builds it and runs this test")
    course = Course(tmp_path)
    place = course.source / NAME / f"{NAME}.ipynb"
    place.parent.mkdir(parents=True)
    nbformat.write(master(), place)
    release.generate(course)
    handed_out = nbformat.read(course.staged / NAME / f"{NAME}.ipynb", as_version=4)
    asks = "import os, sys\nprint(sys.prefix, os.environ.get('HOME'), os.getuid() == 0)"
    for student, add in {"ann": RIGHT_ADD, "bob": WRONG_ADD}.items():
        book = Workbook(handed_out, course.root / "submitted" / student / NAME, course.root)
        book.folder.mkdir(parents=True)
        book.insert(asks)
        book.add(add)
        book.save()
    done = subprocess.run(run_grade(tmp_path, "--sandbox", "container"), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Grading in a container of {program}." in done.stdout and "2 graded" in done.stdout
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        found = {one.student.id: one.score for one in gradebook.assignment_submissions(NAME)}
    assert found == {"ann": 4, "bob": 2}
    page = course.root / "feedback" / "ann" / NAME / f"{NAME}.html"
    assert f"/opt/venv {sandbox.SCRATCH} False" in page.read_text()
    assert {path.stat().st_uid for path in course.root.rglob("*")} == {os.getuid()}
