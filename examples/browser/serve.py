"""Serves the page and one model on this machine alone.

python serve.py MODEL.onnx [PORT]
"""

import functools
import http.server
import pathlib
import sys

_HERE = pathlib.Path(__file__).parent
_RUNTIME = _HERE / "node_modules" / "onnxruntime-web" / "dist"
# The page may load from this server and connect to it, and to nothing else.
_POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"


class Page(http.server.SimpleHTTPRequestHandler):
    """Answers requests for the page, its runtime and the model."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def __init__(self, model, runtime, *args):
        self.model, self.runtime = model, runtime
        super().__init__(*args, directory=_HERE)

    def translate_path(self, path):
        """Finds the model and the runtime, which lie elsewhere."""
        name = path.partition("?")[0]
        if name == "/model.onnx":
            return str(self.model)
        if name.startswith("/ort/"):
            return str(self.runtime / pathlib.PurePosixPath(name).name)
        return super().translate_path(path)

    def end_headers(self):
        """Forbids the page to talk to anyone else."""
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *args):
        """Prints nothing."""


def server(model, port=8000, runtime=_RUNTIME):
    """Makes the server; `serve_forever` runs it.

    Args:
        model: The exported ONNX file.
        port: To listen on, on this machine alone; 0 for any that is free.
        runtime: The folder `dist` of onnxruntime-web.
    """
    for path, what in ((model, "a model"), (runtime, "onnxruntime-web")):
        if not pathlib.Path(path).exists():
            sys.exit(f"Expected {what} at {path}. There is none; see README.md")
    handler = functools.partial(Page, pathlib.Path(model), runtime)
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    made = server(sys.argv[1], *map(int, sys.argv[2:3]))
    print(
        "http://127.0.0.1:{}, ends with Ctrl+C".format(*made.server_address[1:])
    )
    try:
        made.serve_forever()
    except KeyboardInterrupt:
        pass
