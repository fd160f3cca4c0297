"""Packages that the project has installed for itself (.venv in its root) come before the system's, whatever Python its tests are run by."""
import glob
import os
import site
import sys


def _prefer(folder):
    before = list(sys.path)
    site.addsitedir(folder)
    added = [path for path in sys.path if path not in before]
    at = next((i for i, path in enumerate(before) if path.endswith(("dist-packages", "site-packages"))), len(before))
    sys.path[:] = before[:at] + added + before[at:]


for _found in glob.glob(f"{os.environ.get('IDE_ROOT', '/workspace')}/.venv/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"):
    _prefer(_found)
