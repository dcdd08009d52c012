"""Executes a notebook as Jupyter does (nbclient, one kernel), and says how each cell was answered.

Standard input: the .ipynb. Standard output: a JSON object a line, {"cell": id} as a cell begins, {"reply": status} with
the kernel's own word when it is over, and at the end {"notebook": ...} or {"error": ...}.

  execute.py FOLDER SECONDS     FOLDER is where the cells run, SECONDS the longest that one may take
"""

import json
import math
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def say(**what):
    print(json.dumps(what), flush=True)


def main(folder, seconds):
    notebook = nbformat.reads(sys.stdin.read(), as_version=4)
    client = NotebookClient(
        notebook,
        timeout=math.ceil(float(seconds)),
        kernel_name="tslab",
        resources={"metadata": {"path": folder}},
        record_timing=False,
        on_cell_execute=lambda cell, cell_index: say(cell=cell.id),
        on_cell_executed=lambda cell, cell_index, execute_reply: say(reply=execute_reply["content"]["status"]),
    )
    try:
        client.execute()
    except CellTimeoutError:
        return say(error=f"did not end within {seconds} s")
    except CellExecutionError:
        pass  # tslab says what went wrong on stderr, which is among the outputs
    except DeadKernelError:
        return say(error="the kernel died")
    nbformat.validate(notebook)
    say(notebook=notebook)


if __name__ == "__main__":
    main(*sys.argv[1:])
