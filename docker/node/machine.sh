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
    # One at a time: a controller that the host does not hand on must not cost the others.
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
      { printf '+%s' "$controller" >/sys/fs/cgroup/cgroup.subtree_control; } 2>/dev/null || true
    done
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

# Docker's name server for containers listens at 127.0.0.11, where no pod can reach it. Pods with dnsPolicy Default get
# this address instead: it is the node's own (no packet to it ever leaves) and is translated to where that server is.
resolver_address=169.254.20.10
resolv_conf=/etc/resolv.conf

prepare_resolver() {
  local udp tcp
  udp=$(ss -Hlun src 127.0.0.11 | awk '{ print $4; exit }')
  tcp=$(ss -Hltn src 127.0.0.11 | awk '{ print $4; exit }')
  if [ -z "$udp" ] || [ -z "$tcp" ]; then return 0; fi
  ip address replace "$resolver_address/32" dev lo
  # For the bridge of the pods, which does not exist yet; the rules below let nothing else through to the loopback.
  printf 1 >/proc/sys/net/ipv4/conf/default/route_localnet
  nft -f - <<RULES
    add table ip t8s-resolver
    delete table ip t8s-resolver
    table ip t8s-resolver {
      chain translate {
        ip daddr $resolver_address udp dport 53 dnat to $udp
        ip daddr $resolver_address tcp dport 53 dnat to $tcp
      }
      chain prerouting {
        type nat hook prerouting priority -110
        jump translate
      }
      chain output {
        type nat hook output priority -110
        jump translate
      }
      chain input {
        type filter hook input priority 0
        iifname != "lo" ip daddr 127.0.0.0/8 ct status & dnat == 0 drop
      }
    }
RULES
  resolv_conf=/run/t8s-resolv.conf
  sed "s/\b127\.0\.0\.11\b/$resolver_address/" /etc/resolv.conf >"$resolv_conf"
}

prepare_machine() {
  prepare_cgroups
  prepare_network
  prepare_resolver
  mount --make-rshared / 2>/dev/null || true
  # Left by the container's life before a restart; none of these processes is alive now.
  rm -rf /var/run/docker.pid /var/run/docker /run/containerd /run/cri-docker.sock /var/run/docker.sock
  mkdir -p /etc/cni/net.d /opt/cni/bin
}
