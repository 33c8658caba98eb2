"""What docker-compose makes of the files it is given, a line each. Run by Debian's python3, as docker-compose is.

containers.py services FILE               the names of the services
containers.py words FILE SERVICE FIELD    command, healthcheck or environment (KEY=value) of one of them
containers.py context FOLDER              the files that go into the build of the image
"""
import os
import sys

import yaml
from docker.utils.build import exclude_paths


def service_words(name, service, field):
    value = service.get(field, [])
    if field == "healthcheck":
        value = value["test"]
        if value[0] != "CMD":
            sys.exit(f"{name}: its health check is no command without a shell")
        value = value[1:]
    if isinstance(value, dict):
        return [f"{key}={value[key]}" for key in value]
    if not isinstance(value, list):
        sys.exit(f"{name}: {field} is no list")
    return value


def context_files(folder):
    """As docker.api.build reads the list and docker.utils.build packs what it leaves."""
    with open(os.path.join(folder, ".dockerignore"), encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    patterns = [line for line in lines if line and not line.startswith("#")]
    paths = exclude_paths(folder, patterns, dockerfile="deploy/Dockerfile")
    return sorted(path for path in paths if os.path.isfile(os.path.join(folder, path)))


def main(mode, path, *rest):
    if mode == "context":
        return context_files(path)
    with open(path, encoding="utf-8") as file:
        services = yaml.safe_load(file)["services"]
    if mode == "services":
        return list(services)
    return service_words(rest[0], services[rest[0]], rest[1])


print("\n".join(main(*sys.argv[1:])))
