#!/bin/bash
# run-guest.sh DIR CMD... — DIR is what setup.sh printed. Boots that kernel under QEMU with this machine's own / as root
# (9p, read-only, under a RAM overlay: nothing in here can change the machine) and runs CMD as root in the current folder.
# Its exit status is CMD's; 99: the guest never got there. /out in the guest is $KEEP here, if set. ACCEL=kvm to try KVM.
here=$(dirname "$(readlink -f "$0")"); d=$1; shift; out=$(mktemp -d); cp "$here/guest.sh" $out/
printf 'cd %q\nexec %s\n' "$PWD" "$(printf '%q ' "$@")" > $out/run.sh
timeout "${LIMIT:-1800}" qemu-system-x86_64 -M q35 -accel "${ACCEL:-tcg,thread=multi}" -cpu "${CPU:-max}" -smp 2 -m "${MEM:-1536}" -nodefaults -no-user-config -display none -serial stdio -no-reboot \
  -kernel $d/vmlinuz -initrd $d/initrd.gz -append "console=ttyS0 quiet panic=-1 mitigations=off ${APPEND:-}" \
  -fsdev local,id=h,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=h,mount_tag=host \
  -fsdev local,id=o,path=$out,security_model=none -device virtio-9p-pci,fsdev=o,mount_tag=out < /dev/null; echo
rc=$(cat $out/rc 2>/dev/null || echo 99); [ -z "${KEEP:-}" ] || { mkdir -p "$KEEP"; cp -r $out/. "$KEEP"/; }; rm -rf $out; exit $rc
