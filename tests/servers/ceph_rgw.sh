#!/bin/bash
# A throw-away S3 server for tests: one Ceph monitor, one OSD that keeps its objects in memory, one RADOS gateway.
#
#   ceph_rgw.sh DIR S3_PORT MON_PORT        credentials from S3_ACCESS_KEY and S3_SECRET_KEY
#
# Prints "ready" when the gateway answers, then stays in the foreground until its standard input closes or it gets a
# signal, so that the daemons never outlive whoever started them. Loopback only. DIR must be new or empty: everything
# is lost at the end. Needs Debian's ceph-mon, ceph-osd and radosgw; no manager daemon.
set -euo pipefail

dir=$1 s3_port=$2 mon_port=$3
access_key=${S3_ACCESS_KEY:-testkey} secret_key=${S3_SECRET_KEY:-testsecret}
daemons=()

stop() {
    trap - EXIT INT TERM
    # SIGKILL on purpose: a memory store asked politely writes all its objects to disk first.
    for pid in "${daemons[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# `start NAME COMMAND...` runs a daemon in the background, its output in DIR/log/NAME.out; it dies with this script.
start() {
    local name=$1
    shift
    setpriv --pdeathsig KILL "$@" </dev/null >"$dir/log/$name.out" 2>&1 &
    daemons+=("$!")
}

# `await SECONDS COMMAND...` repeats a command until it succeeds; gives up early when a daemon has died.
await() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        for pid in "${daemons[@]}"; do
            kill -0 "$pid" 2>/dev/null || { echo "a Ceph daemon ended; see $dir/log" >&2; exit 1; }
        done
        ((SECONDS < deadline)) || { echo "not ready in time: $*; see $dir/log" >&2; exit 1; }
        sleep 0.1
    done
}

mkdir -p "$dir"/{mon,osd,run,log,rgw}
fsid=$(cat /proc/sys/kernel/random/uuid)
osd_uuid=$(cat /proc/sys/kernel/random/uuid)

# "ms ... mode = crc": the secure mode wants authentication, which a loopback cluster for a few minutes does without.
# "tcp_nodelay": without it every small answer waits 40 ms for the client's delayed acknowledgement.
# "rgw crypt s3 kms": the gateway's own testing key, so that SSE-KMS can be exercised without a key server.
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = v2:127.0.0.1:$mon_port/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms mon cluster mode = crc
ms mon service mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
osd crush chooseleaf type = 0
run dir = $dir/run
log file = $dir/log/\$name.log
admin socket = $dir/run/\$name.asok
crash dir = $dir/run
debug ms = 0
[mon]
mon data = $dir/mon
mon data avail crit = 1
mon data avail warn = 2
[osd]
osd data = $dir/osd
osd objectstore = memstore
osd class load list = *
osd class default list = *
osd memory target = 1073741824
memstore device bytes = 4294967296
[client]
rgw data = $dir/rgw
rgw frontends = beast endpoint=127.0.0.1:$s3_port tcp_nodelay=1
rgw dns name = localhost
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
CONF
export CEPH_CONF="$dir/ceph.conf"

monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port/0]" "$dir/monmap" >/dev/null
ceph-mon --mkfs -i a --monmap "$dir/monmap"
start mon ceph-mon -i a -f
await 60 timeout 20 ceph osd new "$osd_uuid"
ceph-osd -i 0 --mkfs --osd-uuid "$osd_uuid" >"$dir/log/osd-mkfs.out" 2>&1
start osd ceph-osd -i 0 -f
osd_is_up() { timeout 10 ceph osd stat | grep -q '1 up'; }
await 60 osd_is_up
# The user first: making it creates the zone's pools, which the gateway would otherwise race for.
radosgw-admin user create --uid=test --display-name=test --access-key="$access_key" --secret-key="$secret_key" \
    >/dev/null 2>"$dir/log/admin.out"
start rgw radosgw -n client.rgw -f
await 60 curl -fsS --max-time 2 -o /dev/null "http://127.0.0.1:$s3_port/"

echo ready
# In the background, because bash acts on a signal only between commands or in `wait`.
cat <&0 >/dev/null &
daemons+=("$!")
wait "$!"
