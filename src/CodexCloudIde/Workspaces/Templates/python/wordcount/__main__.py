import sys

from . import most_common


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        for word, count in most_common(file.read()):
            print(f"{count:6} {word}")


if __name__ == "__main__":
    main()
