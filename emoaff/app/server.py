"""The page and its API over HTTP."""

import contextlib
import mimetypes
import pathlib
import socket
import tempfile
import urllib.parse

from emoaff.app import intake
from emoaff.app.job import ASKED
from emoaff.app.limits import Limits
from emoaff.app.refusal_error import RefusalError
from emoaff.app.worker import Worker
from emoaff.presets import list_presets

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.requests import ClientDisconnect
    from starlette.responses import FileResponse
    from starlette.responses import JSONResponse
    from starlette.routing import Route
except ImportError as error:
    raise ImportError(
        "The page needs starlette and uvicorn. They are not installed. "
        'Install them with: pip install "emoaff[app]"'
    ) from error

_PAGE = pathlib.Path(__file__).with_name("page")
_BYTES = "application/octet-stream"
_LOCAL = ("127.0.0.1", "localhost")
# Nothing is ever fetched from elsewhere; the browser holds us to it.
_POLICY = (
    "default-src 'none'; connect-src 'self'; frame-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; script-src 'self'; "
    "style-src 'self'; base-uri 'none'; form-action 'none'"
)
_REPORT_POLICY = (
    "default-src 'none'; img-src data:; media-src 'self'; "
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def build_app(
    limits: Limits | None = None,
    model: str = "compact_ferplus",
    hosts: tuple[str, ...] = _LOCAL,
) -> "Starlette":
    """Builds the page and its API, for any ASGI server of one process.

    - `PUT /api/jobs/NAME` with a file as body and choices as query takes a
      file and gives its job, with an `id` that nobody can guess.
    - `GET /api/jobs/ID` tells its state, and in the end what was found.
    - `GET /api/jobs/ID/files/NAME` gives a file of the results.
    - `DELETE /api/jobs/ID` removes all of it at once.
    - `GET /api` names choices and limits.

    What is not done is answered by `{"error": sentence}`.

    Args:
        limits: See `Limits`.
        model: Preset that is used where none is asked for.
        hosts: Names under which it may be reached.

    Raises:
        ImportError: If starlette or uvicorn is not installed.

    Example:
    >>> from starlette.testclient import TestClient
    >>> app = build_app()
    >>> with TestClient(app, base_url="http://localhost") as client:
    ...     client.put("/api/jobs/..%2Fx", content=b"").json()["error"]
    'Expected the plain name of a file, such as clip.mp4, ... Received: ../x.'
    """
    service = _Service(limits or Limits(), model)
    routes = [
        Route("/", service.give_page),
        Route("/page/{name}", service.give_page_part),
        Route("/api", service.describe),
        Route("/api/jobs/{name:path}", service.take_file, methods=["PUT"]),
        Route("/api/jobs/{key}", service.describe_job, methods=["GET"]),
        Route("/api/jobs/{key}", service.drop_job, methods=["DELETE"]),
        Route("/api/jobs/{key}/{part}/{name}", service.give_file),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            # A foreign page must not reach this one by a name of its own.
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
        ],
        exception_handlers={RefusalError: _answer_refusal},
        lifespan=service.live,
    )
    app.state.service = service
    return app


def run_app(
    host: str = "127.0.0.1",
    port: int = 8765,
    model: str = "compact_ferplus",
    limits: Limits | None = None,
    say=print,
) -> None:
    """Serves the page until it is interrupted; its files are then removed.

    Args:
        host: Address to listen on. Any but this machine's own lets others in
            who can reach it; there are no passwords.
        port: The port; 0 for any that is free.
        model: See `build_app`.
        limits: See `Limits`.
        say: Called with each line.

    Raises:
        ValueError: If the port is taken.

    Example:
    >>> run_app(port=8765)  # doctest: +SKIP
    """
    hosts = _LOCAL if host in _LOCAL else ("*",)
    config = uvicorn.Config(build_app(limits, model, hosts), log_config=None)
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise ValueError(
            f"Expected an address and a port that are free. Received: {host} "
            f"and {port} ({error.strerror}). Choose another with --port."
        ) from error
    address = f"http://{host}:{listening.getsockname()[1]}/"
    say(f"{address}  Ctrl-C ends it and removes its files")
    if host not in _LOCAL:
        say("It can be reached by everyone who can reach this machine.")
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


class _Service:
    def __init__(self, limits, model):
        self.limits, self.model = limits, model
        self.worker = None

    @contextlib.asynccontextmanager
    async def live(self, _):
        with tempfile.TemporaryDirectory(prefix="emoaff-app-") as folder:
            self.worker = Worker(pathlib.Path(folder) / "jobs", self.limits)
            try:
                yield
            finally:
                await run_in_threadpool(self.worker.close)

    def give_page(self, _):
        return FileResponse(_PAGE / "app.html", headers=_HEADERS)

    def give_page_part(self, request):
        name = request.path_params["name"]
        if name not in ("app.css", "app.js"):
            raise RefusalError("There is no such file.", 404)
        return FileResponse(_PAGE / name, headers=_HEADERS)

    def describe(self, _):
        choices = {k: v for k, v in ASKED.items() if k != "model"}
        return _answer(
            {
                "model": self.model,
                "models": list(list_presets()),
                "choices": choices,
                "file_mb": self.limits.file_mb,
                "length_s": self.limits.length_s,
                "keep_s": self.limits.keep_s,
            }
        )

    async def take_file(self, request):
        name = intake.check_name(request.path_params["name"])
        declared = request.headers.get("content-length")
        intake.check_length(declared, self.limits)
        job = self.worker.make_job(name, self._read_choices(request))
        try:
            await self._receive(request, job)
        except BaseException as error:
            self.worker.drop(job)
            if isinstance(error, ClientDisconnect):
                raise RefusalError("The file did not come whole.") from error
            raise
        self.worker.submit(job)
        return _answer(self.worker.describe(job), 201)

    async def _receive(self, request, job):
        size = 0
        with job.file.open("wb") as file:
            async for block in request.stream():
                size += len(block)
                # Where no length was declared, or a wrong one.
                if size > self.limits.file_bytes:
                    raise intake.make_size_error(size, self.limits)
                await run_in_threadpool(file.write, block)
        if not size:
            raise RefusalError(
                f"{job.name}: expected a file. Received an empty one."
            )

    def _read_choices(self, request):
        known = {**ASKED, "model": tuple(list_presets())}
        asked = {"model": self.model}
        asked |= {k: v[0] for k, v in ASKED.items() if k != "model"}
        for name, value in request.query_params.items():
            if name not in known or value not in known[name]:
                values = ", ".join(known.get(name, known))
                raise RefusalError(
                    f"Expected {name} to be one of {values}. "
                    f"Received: {value[:80]}."
                    if name in known
                    else f"Expected choices among {values}. "
                    f"Received: {name[:80]}."
                )
            asked[name] = value
        return asked

    def describe_job(self, request):
        return _answer(self.worker.describe(self._find(request)))

    def drop_job(self, request):
        self.worker.drop(self._find(request))
        return _answer({"removed": True})

    def give_file(self, request):
        job, part = self._find(request), request.path_params["part"]
        folder = {"files": job.out, "in": job.file.parent}.get(part)
        is_ready = folder and (part == "in" or job.state == "done")
        files = folder.iterdir() if is_ready and folder.is_dir() else ()
        wanted = request.path_params["name"]
        path = next((each for each in files if each.name == wanted), None)
        if path is None:
            raise RefusalError("There is no such file, or no longer.", 404)
        headers, kind = dict(_HEADERS), _guess_kind(path)
        if part == "files" and path.suffix == ".html":
            headers["Content-Security-Policy"] = _REPORT_POLICY
            kind = "text/html"
        if kind == _BYTES or "save" in request.query_params:
            quoted = urllib.parse.quote(path.name)
            headers["Content-Disposition"] = (
                f"attachment; filename*=UTF-8''{quoted}"
            )
        return FileResponse(path, headers=headers, media_type=kind)

    def _find(self, request):
        job = self.worker.find(request.path_params["key"])
        if job is None:
            raise RefusalError("There is no such job, or no longer.", 404)
        return job


def _guess_kind(path):
    """Of what is shown; a file that somebody sent is never run as a page."""
    kind = mimetypes.guess_type(path.name)[0] or _BYTES
    shown = kind.startswith(("video/", "image/")) and "xml" not in kind
    return kind if shown else _BYTES


def _answer(value, status=200):
    return JSONResponse(value, status, headers=_HEADERS)


def _answer_refusal(_, refusal):
    return _answer({"error": str(refusal)}, refusal.status)
