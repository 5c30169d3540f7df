"""Put and get of an object of 1 GiB over one connection, against the disk itself."""
import os
import pathlib
import socket
import tempfile
import time
import urllib.parse

from common import Minato, client, median, resident_mib, table

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_S3_MIB", "1024")) * MIB
ROUNDS = 3
BAR = 500  # MB/s, where the disk does it.


def content(path):
    """A file that no disk or file system makes smaller, and that is in memory by the time it is sent."""
    block = os.urandom(MIB)
    with open(path, "wb") as file:
        for i in range(SIZE // MIB):
            file.write(i.to_bytes(8, "big") + block[8:])


def exchange(port, method, url, file=None):
    """Seconds of one request, its answer read to the end and thrown away."""
    target = urllib.parse.urlsplit(url)
    length = os.fstat(file.fileno()).st_size if file else 0
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{method} {target.path}?{target.query} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode())
        if file:
            file.seek(0)
            connection.sendfile(file)
        answer = connection.makefile("rb", buffering=MIB)
        status = int(answer.readline().split()[1])
        while answer.readline().strip():
            pass
        buffer, read = bytearray(MIB), 0
        while (some := answer.readinto1(buffer)):
            read += some
    if status != 200 or (method == "GET" and read != SIZE):
        raise SystemExit(f"{method} {target.path}: {status}, {read} bytes {bytes(buffer[:300])}")
    return time.perf_counter() - started


def disk(source, folder):
    """Seconds that the disk takes to write it and to say that it is there, and to read it."""
    copy = pathlib.Path(folder) / "copy"
    started = time.perf_counter()
    with open(source, "rb") as file, open(copy, "wb") as to:
        while block := file.read(MIB):
            to.write(block)
        to.flush()
        os.fsync(to.fileno())
    wrote = time.perf_counter() - started
    started = time.perf_counter()
    with open(copy, "rb", buffering=0) as file:
        buffer = bytearray(MIB)
        while file.readinto(buffer):
            pass
    read = time.perf_counter() - started
    copy.unlink()
    return wrote, read


def run():
    with Minato() as minato, tempfile.TemporaryDirectory(dir=minato.data) as folder:
        source = pathlib.Path(folder) / "source"
        content(source)
        s3 = client("s3", minato.endpoint, signature_version="s3v4")
        s3.create_bucket(Bucket="bench")
        seconds = {"put": [], "get": [], "write": [], "read": []}
        with open(source, "rb") as file:
            for i in range(ROUNDS):
                wrote, read = disk(source, folder)
                seconds["write"].append(wrote)
                seconds["read"].append(read)
                at = {"Bucket": "bench", "Key": f"object-{i}"}
                seconds["put"].append(exchange(minato.port, "PUT", s3.generate_presigned_url("put_object", at), file))
                seconds["get"].append(exchange(minato.port, "GET", s3.generate_presigned_url("get_object", at)))
                s3.delete_object(**at)
        memory = resident_mib(minato.pid)
    speed = {what: SIZE / 1e6 / median(times) for what, times in seconds.items()}
    rows = [["put", f"{speed['put']:.0f}", f"{speed['write']:.0f}", f"{speed['put'] / speed['write']:.2f}", f"≥ {BAR} MB/s"],
            ["get", f"{speed['get']:.0f}", f"{speed['read']:.0f}", f"{speed['get'] / speed['read']:.2f}", f"≥ {BAR} MB/s"]]
    return table("S3", "bench/run s3", ["what", "Minato, MB/s", "the disk itself, MB/s", "ratio", "bar"], rows,
                 [f"One object of {SIZE // MIB} MiB over one connection, by presigned addresses; a put is on the disk before it is answered, and measured (MD5, CRC64NVME, SHA-256) "
                  f"on the way. The disk writes the same file and syncs it; it is read from memory, as the object is. Medians of {ROUNDS}. The server then had {memory:.0f} MiB resident."])
