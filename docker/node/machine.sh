# Makes a container into a machine: writable kernel settings, nested cgroups, routes that keep cluster addresses inside.

# Without `privileged` Docker may mount these read-only; a capable container can change that for itself. Where it is no
# mount or is writable already this does nothing, and what needs it fails at its own step.
writable() { mount -o remount,bind,rw "$1" 2>/dev/null || mount -o remount,rw "$1" 2>/dev/null || true; }

prepare_cgroups() {
  local controller
  writable /sys
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    writable /sys/fs/cgroup
    # cgroup v2: a group with processes cannot hand its controllers to children, so ours move to a leaf first.
    mkdir -p /sys/fs/cgroup/init
    xargs -rn1 </sys/fs/cgroup/cgroup.procs 2>/dev/null >/sys/fs/cgroup/init/cgroup.procs || true
    sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control || true
    return
  fi
  for controller in /sys/fs/cgroup/*/; do writable "${controller%/}"; done
}

prepare_network() {
  local range
  writable /proc/sys
  printf 1 >/proc/sys/net/ipv4/ip_forward
  # The last resort: what neither the proxy nor a pod's route takes must not leave by the default route.
  for range in "$POD_CIDR" "$SERVICE_CIDR"; do ip route replace unreachable "$range" metric 4278198272; done
}

prepare_machine() {
  prepare_cgroups
  prepare_network
  mount --make-rshared / 2>/dev/null || true
  # Left by the container's life before a restart; none of these processes is alive now.
  rm -rf /var/run/docker.pid /var/run/docker /run/containerd /run/cri-docker.sock /var/run/docker.sock
  mkdir -p /etc/cni/net.d /opt/cni/bin
}

load_images() {
  local archive loaded=/var/lib/docker/t8s-images
  for archive in /opt/t8s/images/*.tar; do
    [ -e "$archive" ] || continue
    grep -qxF "$archive" "$loaded" 2>/dev/null && continue
    docker load -q -i "$archive" && printf '%s\n' "$archive" >>"$loaded"
  done
}
