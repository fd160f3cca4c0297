"""The command line: ``python3 -m dispatch FEED…``."""

import argparse
import sys

from dispatch import feed
from dispatch.errors import FeedError
from dispatch.report import Report


def build_parser():
    parser = argparse.ArgumentParser(prog="dispatch", description=__doc__)
    parser.add_argument("feed", help="a carrier's nightly feed")
    parser.add_argument("--postage", action="store_true", help="print the postage of each shipment instead")
    return parser


def main(arguments, out=None):
    out = out or sys.stdout
    options = build_parser().parse_args(arguments)
    try:
        report = Report.from_feed(feed.load(options.feed))
    except FeedError as problem:
        print(f"dispatch: {problem}", file=sys.stderr)
        return 2
    if options.postage:
        for shipment, cents in report.postage().items():
            print(f"{shipment} {cents}", file=out)
    else:
        print(report.text(), file=out)
    return 0
