"""Run by test_server_clients.py with the Python that has Edge Impulse's own SDK:
uploads a folder with it and prints how many files were taken, refused as duplicates, and refused
with a wrong key."""

import json
import sys
from pathlib import Path

import edgeimpulse as ei
from edgeimpulse import data

key, folder = sys.argv[1], Path(sys.argv[2])
ei.API_KEY = key
first = data.upload_directory(folder, category="training", label="walk", metadata={"who": "anna"})
again = data.upload_directory(folder, category="training", label="walk")
ei.API_KEY = "ei_wrong"
try:
    wrong = data.upload_directory(folder, category="training", label="walk").successes
except Exception:
    wrong = []
print(json.dumps([ei.__version__, len(first.successes), len(again.successes), len(wrong)]))
