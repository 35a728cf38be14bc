"""Workers: functions, and what they say of themselves."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, field
from typing import Any, Callable, Literal, Sequence, overload

Function = Callable[..., Any]
Answers = Literal["values", "weights", "knots"]
#: What ``verify --recompute`` may expect of a second time: the same bits, the same to a relative 1e-9, or nothing.
Reproducible = Literal["bits", "1e-9", "no"]


@dataclass
class Worker:
    """A function and what it says of itself. ``estimator``, ``trial`` and ``generator`` make one."""

    function: Function
    name: str
    version: str
    answers: str
    metrics: list[str] = field(default_factory=list)
    reproducible: str = "bits"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.function(*arguments, **named)

    def named(self, words: dict[str, str]) -> dict[str, Any]:
        """The arguments of the function by name: all parameters of the study, and of the coordinates what it asks for."""
        given: dict[str, Any] = json.loads(words["parameters"])
        coordinates: dict[str, Any] = json.loads(words["coordinates"])
        asked = inspect.signature(self.function).parameters
        if "coordinates" in asked:
            given["coordinates"] = coordinates
        if self.answers in ("metrics", "samples"):
            takes_all = any(one.kind is one.VAR_KEYWORD for one in asked.values())
            given |= {name: value for name, value in coordinates.items() if takes_all or name in asked}
        return given


Declaration = Callable[[Function], Worker]
_latest: Worker | None = None


def latest() -> Worker | None:
    """The worker that this program has declared; the last one, if there are several."""
    return _latest


def _declared(worker: Worker) -> Worker:
    global _latest
    _latest = worker
    return worker


@overload
def estimator(function: Function) -> Worker: ...
@overload
def estimator(
    *,
    metrics: Sequence[str] = ...,
    answers: Answers = ...,
    reproducible: Reproducible = ...,
    name: str | None = ...,
    version: str = ...,
) -> Declaration: ...
def estimator(
    function: Function | None = None,
    *,
    metrics: Sequence[str] = (),
    answers: Answers = "values",
    reproducible: Reproducible = "bits",
    name: str | None = None,
    version: str = "1",
) -> Worker | Declaration:
    """Declares the estimator of this program.

    The function is called for each training set with ``x`` of shape (n, d), on the line (n, 1) and sorted, ``y`` of shape (n,),
    ``at`` of shape (m, d), ``rng``, a NumPy generator of the trial's own, and the parameters of the study by name; with
    ``coordinates``, a dictionary, where it has an argument of that name. It returns

    - ``answers="values"``: f̂ at the rows of ``at``, shape (m,);
    - ``answers="weights"``: ``(weights, intercept)`` of a plane, shapes (d,) and ();
    - ``answers="knots"``, on the line: ``(x, y)``, the knots of a piecewise-linear f̂, x ascending;

    followed by a dictionary of its ``metrics`` where it has some. An exception is a failed trial.
    """

    def declare(function: Function) -> Worker:
        if answers not in ("values", "weights", "knots"):
            raise ValueError(f"answers is {answers!r}; expected 'values', 'weights' or 'knots'")
        _check_class(reproducible)
        return _declared(Worker(function, name or function.__name__, version, answers, list(metrics), reproducible))

    return declare if function is None else declare(function)


@overload
def trial(function: Function, *, metrics: Sequence[str]) -> Worker: ...
@overload
def trial(
    *, metrics: Sequence[str], reproducible: Reproducible = ..., name: str | None = ..., version: str = ...
) -> Declaration: ...
def trial(
    function: Function | None = None,
    *,
    metrics: Sequence[str],
    reproducible: Reproducible = "bits",
    name: str | None = None,
    version: str = "1",
) -> Worker | Declaration:
    """Declares a whole Monte Carlo trial: a function that draws its own data and returns metrics alone.

    The function is called for each trial with ``rng``, a NumPy generator of the trial's own, with the parameters of the study by name,
    and with those coordinates of the cell that it has arguments for: ``n`` and what stands under ``generate.parameters``. It returns a
    dictionary with a number, or a truth value, for each of its ``metrics``. An exception is a failed trial; a metric that is no finite
    number is missing, and the status of the trial says so.
    """

    def declare(function: Function) -> Worker:
        if isinstance(metrics, str) or not metrics:
            raise ValueError(f"metrics is {metrics!r}; expected a list of names")
        _check_class(reproducible)
        return _declared(Worker(function, name or function.__name__, version, "metrics", list(metrics), reproducible))

    return declare if function is None else declare(function)


@overload
def generator(function: Function) -> Worker: ...
@overload
def generator(*, name: str | None = ..., version: str = ...) -> Declaration: ...
def generator(
    function: Function | None = None, *, name: str | None = None, version: str = "1"
) -> Worker | Declaration:
    """Declares the data of a study: a function that draws a training set, and says what f* is at some points.

    The function is called for each trial with ``rng``, a NumPy generator of the trial's own, and with those coordinates of the cell that
    it has arguments for: ``n``, ``d``, and the parameters of the study. It returns ``(x, y, at, truth)`` of shapes (n, d), (n,), (m, d)
    and (m,); on the line (n,) and (m,) do for x and at. Risks are means over the points ``at``, which may differ from trial to trial and
    are as many in all; on the line f* is linear between them. All that is random must come from ``rng``: samples are drawn again.
    """

    def declare(function: Function) -> Worker:
        return _declared(Worker(function, name or function.__name__, version, "samples", [], "bits"))

    return declare if function is None else declare(function)


def _check_class(reproducible: str) -> None:
    if reproducible not in ("bits", "1e-9", "no"):
        raise ValueError(f"reproducible is {reproducible!r}; expected 'bits', '1e-9' or 'no'")
