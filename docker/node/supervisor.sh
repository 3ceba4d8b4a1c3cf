# A supervisor in a page: one loop per process restarts what dies, with back-off, until the container is told to stop.

stopping=/run/t8s-stopping
names=()
rm -f "$stopping"

# Milliseconds since boot; no clock change disturbs it.
uptime_ms() { awk '{ printf "%d", $1 * 1000 }' /proc/uptime; }

keep_alive() {
  local name=$1 start code delay=0
  shift
  while [ ! -e "$stopping" ]; do
    start=$(uptime_ms)
    code=0
    (trap - TERM INT; "$@") > >(exec sed -u "s/^/$name | /") 2>&1 &
    printf '%s' $! >"/run/t8s-$name.pid"
    wait $! || code=$?
    [ -e "$stopping" ] && break
    # Who ran for 10 s is healthy: the next start comes at once. Else 0, 0.5, 1, 2, 4, 5, 5 s.
    if [ $(($(uptime_ms) - start)) -ge 10000 ]; then delay=0; fi
    printf 'supervisor | %s ended with code %s, starts again in %s ms\n' "$name" "$code" "$delay"
    sleep "$((delay / 1000)).$(printf %03d $((delay % 1000)))"
    delay=$((delay == 0 ? 500 : delay * 2 > 5000 ? 5000 : delay * 2))
  done
}

# supervise NAME COMMAND...: the command's process must be the service itself (exec).
supervise() {
  names+=("$1")
  keep_alive "$@" &
}

end_process() {
  local pid
  pid=$(cat "/run/t8s-$1.pid" 2>/dev/null) || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
}

# In reverse order of their start: nobody starts containers again while Docker ends them.
stop_all() {
  local i
  touch "$stopping"
  for ((i = ${#names[@]} - 1; i > 0; i--)); do end_process "${names[i]}"; done
  # live-restore keeps containers when dockerd ends, so they are told to end before it does.
  timeout "${STOP_SECONDS:-8}" sh -c 'docker ps -q | xargs -r docker stop -t 3 >/dev/null 2>&1' || true
  end_process "${names[0]:-}"
  sleep 0.2
  exit 0
}

wait_for_stop() {
  trap stop_all TERM INT
  # wait returns at a signal; it ends only by stop_all.
  while :; do wait || true; sleep 1; done
}
