#!/usr/bin/python3
"""Prints analyzer/base/unprintable.inc: the code points that Go's %q escapes, by this Python's Unicode tables."""
import unicodedata


def prints(code):
    return unicodedata.category(chr(code))[0] in "LMNPS"


def ranges():
    start = None
    for code in range(0x80, 0x110000):
        if not prints(code) and start is None:
            start = code
        elif prints(code) and start is not None:
            yield start, code - 1
            start = None
    if start is not None:
        yield start, 0x10FFFF


def main():
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Code points from U+0080 that do not print (general category not L, M, N, P or S; Unicode "
          f"{unicodedata.unidata_version}), as inclusive ranges.")
    print("// Made by tests/scripts/unprintable.py; included by go_quote.cc alone.")
    line = ""
    for first, last in ranges():
        text = "{0x%x,0x%x}," % (first, last)
        if len(line) + len(text) > 118:
            print(line)
            line = ""
        line += text
    print(line)


if __name__ == "__main__":
    main()
