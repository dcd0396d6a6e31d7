"""The action of test/toolchains/guests/README.md, for componentize-py."""

import json
import sys
import time

from componentize_py_types import Err

runs = 0


def log() -> dict:
    print("first line on stdout")
    print("zweite Zeile: grün, 你好, 🦀")
    print("a line on stderr", file=sys.stderr)
    return {"logged": True}


class Handler:
    def run(self, input: str) -> str:
        global runs
        runs += 1
        args = json.loads(input)
        ask = args["ask"]
        if ask == "result":
            answer = {"greeting": f"Hello, {args['name']}!"}
        elif ask == "error":
            raise Err(json.dumps({"reason": "asked for"}))
        elif ask == "log":
            answer = log()
        elif ask == "echo":
            answer = {"text": args["text"], "bytes": len(args["text"].encode())}
        elif ask == "turn":
            time.sleep(args["waitMs"] / 1000)
            answer = {"number": args["number"], "runs": runs}
        else:
            raise ValueError(ask)
        return json.dumps(answer, ensure_ascii=False)
