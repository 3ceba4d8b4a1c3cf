# The node's Docker Engine and the images that it must have before the first pod: there may be no registry.

engine_socket=/var/run/docker.sock

engine() {
  exec dockerd --bridge=none --iptables=false --ip6tables=false --live-restore --userland-proxy=false \
    --exec-opt native.cgroupdriver=cgroupfs --storage-driver="${DOCKER_STORAGE_DRIVER:-overlay2}" --log-level=error
}

# The socket is there early, and the Engine answers on it as soon as it can.
engine_ready() {
  local i
  for i in $(seq 600); do
    [ -S "$engine_socket" ] && curl --silent --fail --max-time 60 --unix-socket "$engine_socket" http://docker/_ping >/dev/null && return
    sleep 0.1
  done
  printf 'supervisor | Docker Engine does not answer\n'
  return 1
}

# A seed is for an Engine that has nothing yet. `image` comes last: without it nothing of the rest counts.
unpack_seed() {
  local seed=/opt/t8s/images/seed.tar root=/var/lib/docker
  if [ -e "$root/image" ] || [ ! -e "$seed" ] || [ "${DOCKER_STORAGE_DRIVER:-overlay2}" != overlay2 ]; then return 0; fi
  rm -rf "$root/overlay2" "$root/seed"
  mkdir "$root/seed"
  tar --extract --file="$seed" --xattrs --xattrs-include='*' --directory="$root/seed"
  mv "$root/seed/overlay2" "$root/seed/t8s-images" "$root/"
  mv "$root/seed/image" "$root/"
  rmdir "$root/seed"
}

load_images() {
  local archive loaded=/var/lib/docker/t8s-images
  for archive in /opt/t8s/images/*.images.tar; do
    [ -e "$archive" ] || continue
    grep -qxF "$archive" "$loaded" 2>/dev/null && continue
    docker load -q -i "$archive" && printf '%s\n' "$archive" >>"$loaded"
  done
}
