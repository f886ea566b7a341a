"""The program of the README in Python."""
import sys

import migdeploy

try:
    spec = migdeploy.load_spec("migdeploy.yaml")
    for finding in spec.check():
        print(finding)
    with migdeploy.Context() as context:
        for event in context.deploy(spec):
            print(event)
except migdeploy.Error as error:
    print(error, file=sys.stderr)
    sys.exit(1)
