"""Asks a language server over stdio to explain sync.Cond: hover.py COMMAND…

Ends with 0 when the answer is about it, the server ended in order, and all that within a minute.
"""

import json
import subprocess
import sys
import threading

TEXT = 'package p\n\nimport "sync"\n\nvar c sync.Cond\n'
URI = "file:///p.go"


def main() -> None:
    server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    limit = threading.Timer(60, server.kill)
    limit.start()

    def send(method: str, params: object, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        content = json.dumps(message).encode()
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        server.stdin.flush()

    def answer(number: int) -> object:
        while True:
            length = 0
            while (line := server.stdout.readline()) not in (b"\r\n", b""):
                name, value = line.decode().split(":")
                if name.lower() == "content-length":
                    length = int(value)
            if not length:
                sys.exit("the server ended without an answer")
            message = json.loads(server.stdout.read(length))
            if message.get("id") == number and "method" not in message:
                return message["result"]

    send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
    answer(1)
    send("initialized", {})
    document = {"uri": URI, "languageId": "go", "version": 1, "text": TEXT}
    send("textDocument/didOpen", {"textDocument": document})
    place = {"line": 4, "character": TEXT.splitlines()[4].index("Cond")}
    send("textDocument/hover", {"textDocument": {"uri": URI}, "position": place}, 2)
    text = json.dumps(answer(2))
    send("shutdown", None, 3)
    answer(3)
    send("exit", None)
    server.stdin.close()
    code = server.wait()
    limit.cancel()
    if "mutex" not in text:
        sys.exit(f"this does not explain sync.Cond: {text}")
    if code != 0:
        sys.exit(f"the server ended with {code}")


if __name__ == "__main__":
    main()
