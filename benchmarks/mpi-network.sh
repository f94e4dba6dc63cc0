#!/usr/bin/env bash
# Runs a command as ranks of Open MPI, each as if on a machine of its own: a network namespace, whose link to
# the others carries so many bits a second in each direction. Linux only; needs root's rights and iproute2.
# Usage: mpi-network.sh RANKS RATE COMMAND…, such as mpi-network.sh 2 200mbit node program.mjs
set -euo pipefail

# Open MPI's way to another machine: --on ADDRESS COMMAND…
if [ "$1" = --on ]; then
  address=$2
  shift 2
  exec nsenter --target "$(cat "$NABLA_MACHINES/${address##*.}")" --net --uts sh -c "$*"
fi

if [ -z "${NABLA_MACHINES:-}" ]; then
  NABLA_MACHINES=$(mktemp -d)
  export NABLA_MACHINES
  exec unshare --net --uts "$0" "$@"
fi

ranks=$1 rate=$2
shift 2
trap 'kill $(cat "$NABLA_MACHINES"/*); rm -r "$NABLA_MACHINES"' EXIT
ip link set lo up
ip link add switch type bridge
ip link set switch up
ip addr add 10.77.0.254/24 dev switch
addresses=()
for i in $(seq "$ranks"); do
  unshare --net --uts sleep infinity >/dev/null 2>&1 &
  machine=$!
  echo "$machine" >"$NABLA_MACHINES/$i"
  while [ "$(readlink "/proc/$machine/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link add "port$i" type veth peer name cable netns "$machine"
  ip link set "port$i" master switch up
  nsenter --target "$machine" --net --uts sh -c "
    hostname machine$i
    ip link set lo up
    ip addr add 10.77.0.$i/24 dev cable
    ip link set cable up
    tc qdisc add dev cable root tbf rate $rate burst 128k latency 200ms"
  addresses+=("10.77.0.$i:1")
done
mpirun --allow-run-as-root --mca plm_rsh_agent "$(realpath "$0") --on" --mca pml ob1 --mca btl tcp,self \
  --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
  --host "$(IFS=, && echo "${addresses[*]}")" -n "$ranks" "$@" </dev/null
