"""A worker by the standard library alone, which misbehaves as its argument says in trials whose y begins with -1."""

import array
import json
import os
import struct
import subprocess
import sys
import time

MODE = sys.argv[1] if len(sys.argv) > 1 else "good"
ITEM = {"F64": ("d", 8), "U64": ("Q", 8), "U8": ("B", 1)}


def receive(stream):
    head = stream.read(8)
    if len(head) < 8:
        return None
    header = json.loads(stream.read(struct.unpack("<Q", head)[0]))
    words = header.pop("__metadata__", {})
    end = max((info["data_offsets"][1] for info in header.values()), default=0)
    data = stream.read(end)
    arrays = {}
    for name, info in header.items():
        start, stop = info["data_offsets"]
        values = array.array(ITEM[info["dtype"]][0])
        values.frombytes(data[start:stop])
        arrays[name] = (info["shape"], values)
    return words, arrays


def send(stream, words, arrays=()):
    header, blobs, offset = {"__metadata__": words}, [], 0
    for name, dtype, shape, values in arrays:
        blob = array.array(ITEM[dtype][0], values).tobytes()
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    stream.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))
    stream.flush()


def misbehave(output, request):
    if MODE == "segfault":
        os.kill(os.getpid(), 11)
    if MODE == "killed":
        os.kill(os.getpid(), 9)
    if MODE == "exit":
        sys.stderr.write("leaving\n")
        sys.exit(3)
    if MODE == "print":
        output.write(b"progress: 17 %, and more to come\n")
        output.flush()
    if MODE == "never":
        time.sleep(3600)
    if MODE == "late":
        time.sleep(1.5)
    if MODE == "children":
        child = subprocess.Popen(["sleep", "3600"])
        sys.stderr.write(f"child {child.pid}\n")
        sys.stderr.flush()
        sys.exit(4)
    if MODE == "closes":
        output.close()
        os.close(1)
        time.sleep(3600)
    if MODE == "huge":
        output.write(struct.pack("<Q", 100) + b'{"x": {"dtype": "U8", "shape": [9000000000], "data_offsets": [0, 9000000000]}}'.ljust(100))
        output.flush()
    if MODE == "memory":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))
        eaten = []
        while True:
            eaten.append(bytearray(1 << 24))


def main():
    if MODE == "import":
        import no_such_module_anywhere  # noqa: F401
    if MODE == "silent":
        time.sleep(3600)
    if MODE == "hello":
        print("Hello, world: this is no message", flush=True)
        return
    source, output = sys.stdin.buffer, sys.stdout.buffer
    while (message := receive(source)) is not None:
        words, arrays = message
        if words["kind"] == "hello":
            version = "1" if MODE != "protocol" else "99"
            name = f"pid {os.getpid()}" if MODE == "changing" else "hostile"
            send(output, {"kind": "hello", "request": words["request"], "protocol": version, "name": name, "version": "1"})
            continue
        shape, y = arrays["y"]
        trials, n = shape
        m = arrays["at"][0][1]
        values = []
        for trial in range(trials):
            sample = y[trial * n : (trial + 1) * n]
            if sample[0] == -1.0:
                misbehave(output, words)
            values += [sum(sample) / n] * m
        shape = [trials, m] if MODE != "shape" else [trials, m + 1]
        if MODE == "shape":
            values += [0.0] * trials
        number = words["request"] if MODE != "twice" else "7"
        send(output, {"kind": "fit", "request": number}, [("values", "F64", shape, values)])
        if MODE == "stray":
            send(output, {"kind": "fit", "request": number}, [("values", "F64", shape, values)])


main()
