"""Job: print the OpenAPI document without a model, for docs/openapi.json."""

import argparse
import json
import sys
from collections.abc import Sequence

from data.jobs.job_exit import exit_code
from service.core.settings import read_settings
from service.docs.openapi import openapi_document
from service.routes import create_routes


def main(argv: Sequence[str] | None = None) -> int:
    """Print the document; docs/openapi.json shows in every change what callers notice."""
    argparse.ArgumentParser(prog="python -m service.openapi_snapshot", description=__doc__).parse_args(argv)

    def run() -> None:
        settings = read_settings()
        document = openapi_document(create_routes(settings).routes, None, settings)
        print(json.dumps(document, indent=1, ensure_ascii=False))

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main())
