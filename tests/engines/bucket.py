"""SeaweedFS: three workers publish into one prefix; one is killed, and the server too, and started again midway."""
import http.server
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from common import BINARY, ENVIRONMENT, WORK, same, study, tempered, wait

PORT = 18333
SERVER = pathlib.Path(sys.executable).with_name("weed")
ENVIRONMENT.update(
    AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="us-east-1",
    AWS_ENDPOINT_URL=f"http://127.0.0.1:{PORT}", AWS_ALLOW_HTTP="true", XDG_CACHE_HOME=str(WORK / "cache"),
)
URL = "s3://runs/study"


def server():
    """The server with its data in the folder of this test; returns when it answers."""
    (WORK / "data").mkdir(exist_ok=True)
    (WORK / "s3.json").write_text('{"identities": [{"name": "all", "credentials": [{"accessKey": "key", "secretKey": "secret"}],'
                                  ' "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}')
    words = [SERVER, "server", f"-dir={WORK}/data", "-ip=127.0.0.1", "-s3", f"-s3.port={PORT}", f"-s3.config={WORK}/s3.json",
             "-master.port=19333", "-volume.port=18080", "-filer.port=18888", "-volume.max=50", "-master.volumeSizeLimitMB=64"]
    log = open(WORK / "server.log", "ab")
    process = subprocess.Popen(list(map(str, words)), stdout=log, stderr=log)

    def answers():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    wait(answers, 60, 0.2)
    time.sleep(2)
    return process


def worker():
    words = [BINARY, "run", "study.yaml", "--out", URL, "--threads", "1"]
    return subprocess.Popen(words, env=ENVIRONMENT, cwd=WORK, stderr=subprocess.PIPE, text=True)


class Careless(http.server.BaseHTTPRequestHandler):
    """A store that heeds no condition."""

    objects = {}

    def do_PUT(self):
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.end_headers()

    def do_GET(self):
        body = self.objects.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *words):
        pass


def careless():
    """A store without conditional writes is refused before anything is computed."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Careless) as store:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{store.server_port}"}
        done = subprocess.run([BINARY, "run", "study.yaml", "--out", URL], env=environment, cwd=WORK, capture_output=True, text=True)
        assert done.returncode == 2 and "If-None-Match" in done.stderr, (done.returncode, done.stderr)
        assert "secret" not in done.stderr
        store.shutdown()


def moto(alone):
    """Another server: two workers, one of them late."""
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "18444"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = ENVIRONMENT["AWS_ENDPOINT_URL"]
    ENVIRONMENT["AWS_ENDPOINT_URL"] = "http://127.0.0.1:18444"

    def makes_bucket():
        try:
            request = urllib.request.Request("http://127.0.0.1:18444/runs", method="PUT")
            return urllib.request.urlopen(request, timeout=2).status == 200
        except OSError:
            return False

    try:
        wait(makes_bucket, 60, 0.2)
        workers = [worker(), worker()]
        codes = [worker.wait() for worker in workers]
        assert codes == [0, 0], [worker.stderr.read()[-500:] for worker in workers]
        tempered("pull", URL, "moto")
        tempered("run", "study.yaml", "--out", "moto")
        same(alone, "moto")
    finally:
        process.kill()
        ENVIRONMENT["AWS_ENDPOINT_URL"] = before


def published():
    """Metrics that are there, by a copy that is brought up to date."""
    done = subprocess.run([BINARY, "pull", URL, "seen"], env=ENVIRONMENT, cwd=WORK, capture_output=True, text=True)
    # Nothing is there before the first worker has begun.
    assert done.returncode == 0 or "holds no study" in done.stderr, done.stderr
    return len(list((WORK / "seen" / "metrics").rglob("*.parquet")))



alone = study()
careless()
moto(alone)
process = server()
# The bucket is made by the server's own shell.
made = subprocess.run([str(SERVER), "shell", "-master=127.0.0.1:19333"], input="s3.bucket.create -name runs\n", text=True, capture_output=True)
assert "create" in made.stdout + made.stderr, made
try:
    workers = [worker() for _ in range(3)]
    wait(lambda: published() > 10, 120, 0.5)
    workers[0].send_signal(signal.SIGKILL)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(3)
    process = server()
    codes = [worker.wait() for worker in workers]
    said = [worker.stderr.read()[-300:] for worker in workers]
    print("codes of the workers:", codes)
    # A worker may have outlived the time that the server was away, or have ended with 74; another one goes on.
    assert codes[0] == -signal.SIGKILL and all(code in (0, 74) for code in codes[1:]), (codes, said)
    last = worker()
    assert last.wait() == 0, last.stderr.read()
    tempered("pull", URL, "out")
    tempered("run", "study.yaml", "--out", "out")
    same(alone, "out")
    assert "engines: " in tempered("status", URL)
    assert "net[width=20]" in tempered("analyze", URL)
    assert published() == len(alone) // 2

    # Other readers.
    import duckdb
    import duckdb_extension_httpfs
    import polars

    options = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "aws_region": "us-east-1",
               "aws_endpoint_url": f"http://127.0.0.1:{PORT}", "aws_allow_http": "true"}
    rows = polars.scan_parquet(f"{URL}/metrics/**/*.parquet", hive_partitioning=True, storage_options=options)
    count = rows.select(polars.len()).collect().item()
    assert count == 3 * 60 * 6, count
    # The extension comes as a package of its own.
    [extension] = pathlib.Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
    reader = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    reader.execute(f"LOAD '{extension}'")
    settings = {"s3_endpoint": f"127.0.0.1:{PORT}", "s3_use_ssl": False, "s3_url_style": "path", "s3_region": "us-east-1",
                "s3_access_key_id": "key", "s3_secret_access_key": "secret"}
    for name, value in settings.items():
        reader.execute(f"SET {name} = {str(value).lower() if isinstance(value, bool) else repr(value)}")
    found = reader.execute(f"SELECT count(*) FROM read_parquet('{URL}/metrics/**/*.parquet', hive_partitioning=true)").fetchone()[0]
    assert found == count, found
    print(f"Polars and DuckDB count {count} rows in the prefix")
finally:
    process.kill()
shutil.rmtree(WORK / "data", ignore_errors=True)
