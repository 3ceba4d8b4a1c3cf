#!/usr/bin/env bash
# Loads the archives of /opt/t8s/images into an Engine and writes what the Engine made of them to standard output, as a
# tar file. New nodes unpack it, which costs a tenth of loading the archives.
set -euo pipefail
. /opt/t8s/machine.sh
. /opt/t8s/engine.sh

exec 3>&1 >&2
prepare_cgroups
engine &
engine_ready
load_images
kill "$!"
wait "$!" || true
tar --create --file=- --xattrs --directory=/var/lib/docker overlay2 image t8s-images >&3
