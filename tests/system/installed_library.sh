#!/bin/sh
# usage: installed_library.sh SOURCE BUILD
# Installs the library into a folder of its own, builds the example against it as a stranger would
# (pkg-config and cc, nothing of the source tree), and runs it where nobody answers.
set -eu
source=$1
build=$2
place=$(mktemp -d "${TMPDIR:-/tmp}/installed-XXXXXX")
trap 'rm -rf "$place"' EXIT

fail() {
    echo "installed_library: $*" >&2
    exit 1
}

cmake --install "$build" --prefix "$place/usr" --component library >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$place/usr" -name milepost.pc)")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir milepost)
sanitize=$(sed -n 's/^MILEPOST_SANITIZE:[A-Z]*=//p' "$build/CMakeCache.txt")

# Outside the tree, so that a header that was not installed is missed.
cp "$source/clients/lib/example/example.c" "$place/example.c"
cd "$place"
# shellcheck disable=SC2046
cc -std=gnu17 -Wall -Wextra -Werror ${sanitize:+-fsanitize=$sanitize} example.c -o example \
    $(pkg-config --cflags --libs milepost) "-Wl,-rpath,$libdir"

# What is listed is there, and nothing else.
sed -n 's/^ *\(mp_[a-z0-9_]*\);.*/\1/p' "$source/clients/lib/milepost.map" | sort >wanted
nm -D --defined-only "$libdir/libmilepost.so" |
    sed -n 's/.* T \([A-Za-z0-9_]*\).*/\1/p' | sort >shown
diff wanted shown || fail "the library shows other names than milepost.map lists"

status=0
./example 2>usage.txt || status=$?
[ "$status" -eq 2 ] || fail "no arguments: exit $status, not 2"
grep -q '^usage: ' usage.txt || fail "no arguments: no usage"

# A valid pair of keys that nobody knows, and an address where nobody listens: queued, exit 5.
umask 077
printf 'public-key: %s\nsecret-key: %s\n' 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID' \
    'D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs' >key
server='rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'
status=0
./example "ipc://$place/s" "ipc://$place/f" "ipc://$place/a" "$server" key outbox \
    ml-1/karachi-rohri:completion 2029-06-30 >out.txt 2>&1 || status=$?
[ "$status" -eq 5 ] || fail "nobody answers: exit $status, not 5: $(cat out.txt)"
grep -q '^queued: no answer from' out.txt || fail "nobody answers: $(cat out.txt)"

chmod 644 key
status=0
./example "ipc://$place/s" "ipc://$place/f" "ipc://$place/a" "$server" key outbox \
    ml-1/karachi-rohri:completion 2029-06-30 >out.txt 2>&1 || status=$?
[ "$status" -eq 1 ] || fail "a key that others can read: exit $status, not 1"
grep -q 'chmod 600' out.txt || fail "a key that others can read: $(cat out.txt)"
