# Sees to it that what the tests need from Debian is there: installs it as root, else says what to install.
# `clock` asks for what moves the clock too, which only make test-clock needs.
set -eu

missing=
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
test -x /usr/bin/chromium-headless-shell || missing="$missing chromium-headless-shell"
command -v java >/dev/null || missing="$missing default-jre-headless"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
[ "${1-}" != clock ] || ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$missing libfaketime"

[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need packages that are not installed. As root:" >&2
    echo "    apt-get update && apt-get install --yes --no-install-recommends$missing" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet --quiet
# shellcheck disable=SC2086  # a list of package names
apt-get install --yes --quiet --quiet --no-install-recommends $missing
