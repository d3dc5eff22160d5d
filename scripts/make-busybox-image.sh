#!/usr/bin/env bash
# Makes the image busybox:latest from Debian's busybox-static with `docker import`, unless there is one: the tests and
# the tour need no registry. The applets are links to the one static program, as in every busybox image.
set -euo pipefail

image=busybox:latest
docker image inspect "$image" >/dev/null 2>&1 && exit 0

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,tmp,var,root,dev,proc,sys,www}
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $("$root/bin/busybox" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"

tar -C "$root" -cf - . | docker import --change 'CMD ["sh"]' --change 'ENV PATH=/bin' - "$image" >/dev/null
echo "make-busybox-image: made $image"
