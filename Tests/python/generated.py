"""Makes the modules of Protos/ with protoc in a folder of their own, and lets them be imported."""
import pathlib
import subprocess
import sys
import tempfile


def make(protos):
    """The folder; it is gone when the result is."""
    folder = tempfile.TemporaryDirectory()
    files = sorted(pathlib.Path(protos).rglob("*.proto"))
    subprocess.run(["protoc", "-I", protos, "--python_out", folder.name, *files], check=True)
    # An installed package of the same name would go before one without __init__.
    pathlib.Path(folder.name, "grpc/__init__.py").touch()
    sys.path.insert(0, folder.name)
    return folder
