"""``python -m tests.fuzz --inputs 20000 --seed 1``: the table of what came of so many nearly right inputs."""

import argparse
from pathlib import Path

from tests.fuzz.borders import BORDERS
from tests.fuzz.campaign import campaign
from tests.fuzz.documents import of_folder


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=BORDERS, default=[], help="these borders (default: all)")
    parser.add_argument("--documents", metavar="FOLDER", help="of further valid documents to mutate")
    parser.add_argument("--out", type=Path, default=Path("fuzz_found"), help="for the inputs that went wrong")
    given = parser.parse_args()
    endings = {"sbml": ".xml", "bionetgen": ".net"}
    more = {border: of_folder(given.documents, ending) for border, ending in endings.items()} if given.documents else {}
    findings = campaign(given.inputs, given.seed, only=given.only, more=more)
    print(findings.table())
    findings.save(given.out)
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
