#!/bin/sh
# usage: namespaces.sh PROGRAM CONFIG INSTANCE OWN
# Run as process 1 of new PID and mount namespaces. Puts an empty folder in the place of INSTANCE, with nothing in it
# but its run folder, the folder OWN (store or keys) and CONFIG, and becomes PROGRAM: what a container would see.
set -eu
program=$1 config=$2 instance=$3 own=$4
stage=$(mktemp -d "$instance.XXXXXX")
mount -t tmpfs -o mode=0700,size=1m tmpfs "$stage"
for folder in run "$own"; do
    mkdir "$stage/$folder"
    mount --bind "$instance/$folder" "$stage/$folder"
done
cp "$instance/$config" "$stage/$config"
mount --rbind "$stage" "$instance"
umount --lazy "$stage"
rmdir "$stage"
exec "$program" --config="$instance/$config"
