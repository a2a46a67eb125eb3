#!/bin/sh
# @TITLE@
#
# Made by the DaemonSet playground. It does on a real Kubernetes control plane what was done in the playground, on fake nodes that
# kwok plays (https://kwok.sigs.k8s.io):
#
#   sh replay.sh kwok    in a cluster that kwokctl makes
#   sh replay.sh kind    in a cluster that kind makes, with kwok's controller in it
#
# The cluster is called @CLUSTER@, and the script touches no other: it never reads your own kubeconfig, but one of its own,
# @CLUSTER@.kubeconfig in this directory. It can be run more than once. READ IT FIRST, as any script: with kind, pods that
# tolerate every taint run on kind's own node for real, with the images and the rights that the manifests ask for.
#
# What kwok does, by its documentation (https://kwok.sigs.k8s.io/docs/user/kwok-manage-nodes-and-pods/): it plays the Nodes that have
# the annotation kwok.x-k8s.io/node: fake, keeps them Ready, and sets the pods bound to them Running at once. What it does not do, as
# there is no kubelet: no image is pulled and no container runs, so none crashes, fails a probe or takes its time; `kubectl logs` and
# `kubectl exec` show nothing until a Logs or Exec object says what; nothing runs short of memory or disk on a node, and none of them
# goes away by itself (Stage objects can do all that: https://kwok.sigs.k8s.io/docs/user/stages-configuration/).

# What was typed stands in quotes as it is: none of it is for the shell.
# shellcheck disable=SC2016

set -eu

cluster=@CLUSTER@
kwok_version=${KWOK_VERSION:-v0.8.0}

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

need() {
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || die "$tool is needed and not here. See https://kwok.sigs.k8s.io/docs/user/installation/"
  done
}

case ${1-} in
  kwok) need kubectl kwokctl ;;
  kind) need kubectl kind ;;
  *) die "usage: sh replay.sh kwok|kind [--yes]" ;;
esac
context=$1-$cluster

if [ "${2-}" != --yes ]; then
  printf 'This makes and changes the cluster of the context %s, and no other.\nType the name of the context to go on: ' "$context"
  read -r answer || answer=
  [ "$answer" = "$context" ] || die "Nothing was done."
fi

# From here on kubectl, kind and kwokctl know this one file only.
KUBECONFIG=$PWD/$cluster.kubeconfig
export KUBECONFIG

work=$(mktemp -d)
own=$(mktemp -d)
trap 'rm -rf "$work" "$own"' EXIT

make_with_kwok() {
  if kwokctl get clusters 2>/dev/null | grep -qx "$cluster"; then
    kwokctl --name "$cluster" get kubeconfig >"$KUBECONFIG"
  else
    kwokctl create cluster --name "$cluster" --kubeconfig "$KUBECONFIG" --wait 2m
  fi
}

make_with_kind() {
  if kind get clusters 2>/dev/null | grep -qx "$cluster"; then
    kind export kubeconfig --name "$cluster" --kubeconfig "$KUBECONFIG"
  else
    kind create cluster --name "$cluster" --kubeconfig "$KUBECONFIG" --wait 2m
  fi
  # https://kwok.sigs.k8s.io/docs/user/kwok-in-cluster/
  release=https://github.com/kubernetes-sigs/kwok/releases/download/$kwok_version
  kubectl --context "$context" apply -f "$release/kwok.yaml"
  kubectl --context "$context" apply -f "$release/stage-fast.yaml"
  # kind's own node is no part of what was played.
  kubectl --context "$context" taint nodes "$cluster-control-plane" node-role.kubernetes.io/control-plane:NoSchedule --overwrite
}

case $1 in
  kwok) make_with_kwok ;;
  *) make_with_kind ;;
esac
kubectl config get-contexts -o name | grep -qx "$context" || die "there is no context $context in $KUBECONFIG"

# A command that was typed; one that fails may have failed in the playground too.
run() {
  printf '\n$ kubectl'
  printf ' %s' "$@"
  printf '\n'
  (cd "$work" && kubectl --context "$context" "$@") || printf '# exit %s\n' "$?"
}

# What was done, and is not done again.
skip() {
  printf '\n# not replayed: %s\n' "$1"
}

# Until each DaemonSet has all of its pods, or for two minutes.
settle() {
  end=$(($(date +%s) + 120))
  while [ "$(date +%s)" -lt "$end" ]; do
    waiting=$(kubectl --context "$context" get daemonsets -A -o \
      jsonpath='{range .items[*]}{.status.desiredNumberScheduled} {.status.numberReady} {.status.updatedNumberScheduled}{"\n"}{end}' |
      awk '$1 != $2 || $1 != $3' | wc -l)
    [ "$waiting" -gt 0 ] || return 0
    sleep 2
  done
}

finish() {
  printf '\nDone. Look at it with: kubectl --kubeconfig %s.kubeconfig get daemonsets -A\n' "$cluster"
  case $context in
    kwok-*) printf 'Take it away with: kwokctl delete cluster --name %s\n' "$cluster" ;;
    *) printf 'Take it away with: kind delete cluster --name %s\n' "$cluster" ;;
  esac
}
