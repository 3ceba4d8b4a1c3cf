#!/usr/bin/env bash
# Entry point of a node: makes the container fit for a Docker Engine of its own, then keeps the node's processes alive.
set -euo pipefail
cd /
. /opt/t8s/machine.sh
. /opt/t8s/engine.sh
. /opt/t8s/supervisor.sh

: "${NODE_NAME:=$(hostname)}" "${POD_CIDR:?}" "${SERVICE_CIDR:?}" "${CLUSTER_DNS:?}" "${APISERVER_GRPC:?}"
app() { printf '/opt/t8s/apps/%s/main.js' "$1"; }

# These processes wait most of the time: small heaps suit them.
small_node() { exec node --max-semi-space-size=1 --optimize-for-size "$@"; }

run_dockerd() {
  # A daemon that was killed leaves its files behind; with live-restore its containers go on without it.
  rm -f /var/run/docker.pid
  engine
}

run_cri_docker() {
  small_node "$(app cri-docker)" --listen /run/cri-docker.sock
}

run_kubelet() {
  small_node "$(app kubelet)" \
    --kubeconfig /etc/kubernetes/kubelet.conf --grpc-server "$APISERVER_GRPC" \
    --hostname-override "$NODE_NAME" ${NODE_IP:+--node-ip "$NODE_IP"} \
    --container-runtime-endpoint unix:///run/cri-docker.sock \
    --client-ca-file /etc/kubernetes/pki/ca.crt \
    --tls-cert-file /etc/kubernetes/pki/kubelet.crt --tls-private-key-file /etc/kubernetes/pki/kubelet.key \
    --cluster-dns "$CLUSTER_DNS" --cluster-domain cluster.local --resolv-conf "$resolv_conf"
}

run_proxy() {
  small_node "$(app proxy)" \
    --kubeconfig /etc/kubernetes/proxy.conf --grpc-server "$APISERVER_GRPC" \
    --hostname-override "$NODE_NAME" --cluster-cidr "$POD_CIDR" --service-cluster-ip-range "$SERVICE_CIDR"
}

prepare_machine
unpack_seed
supervise dockerd run_dockerd
supervise kubelet run_kubelet
supervise proxy run_proxy
engine_ready
# Until the shim answers the node is not ready, so no pod can come before these images.
load_images
supervise cri-docker run_cri_docker
wait_for_stop
