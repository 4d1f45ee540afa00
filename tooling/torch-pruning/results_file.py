"""
A JSON file of results that is written after every measurement, so that an interrupted run goes on where it stopped.

"unpruned": accuracy and multiply-adds by architecture. "scoringImages": indices into the training set by seed. "runs": for
every configuration the multiply-adds, the widths, the accuracies and the seconds.
"""

import importlib.metadata
import json


class ResultsFile:
    def __init__(self, file):
        self.file = file
        if file.exists():
            self.contents = json.loads(file.read_text())
        else:
            versions = {name: importlib.metadata.version(name) for name in ("torch", "torch-pruning")}
            self.contents = {"versions": versions, "unpruned": {}, "scoringImages": {}, "runs": {}}

    def read(self, section, key):
        return self.contents[section].get(key, {})

    def add(self, section, key, value):
        """Dictionaries are merged into what the key has."""
        known = self.contents[section]
        known[key] = known.get(key, {}) | value if isinstance(value, dict) else value
        unfinished = self.file.with_suffix(".tmp")  # an interruption leaves no half-written file
        unfinished.write_text(json.dumps(self.contents, indent=1) + "\n")
        unfinished.replace(self.file)
