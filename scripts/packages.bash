# Which Debian and Ubuntu packages building and checking need, and how they are
# installed. Sourced by ./quickstart and ./check.

packages_to_build=(gcc g++ make cmake ninja-build pkg-config git ca-certificates
	libavro-dev zlib1g-dev libsqlite3-dev libssl-dev libsimdjson-dev libjansson-dev libyaml-dev
	libxxhash-dev libcmocka-dev librdkafka-dev libcurl4-openssl-dev libmicrohttpd-dev libsystemd-dev)
# ISA-L deflates five times faster than zlib; it exists for amd64 and arm64 only.
packages_if_there=(libisal-dev)
# Format and lint are pinned: other versions of clang-format lay out otherwise.
packages_to_check=(clang libclang-rt-dev clang-format-14 clang-tidy-14 python3 python3-venv xz-utils uthash-dev faketime)
# A real Kafka and a schema registry for tests and the tour; they come through Maven (tests/kafka/fetch).
packages_for_kafka=(default-jdk-headless maven python3)

# Prints those of its arguments that are not installed.
packages_missing() {
	local have
	have=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p')
	printf '%s\n' "$@" | grep -vxF -e "$have"
}

# Prints those of its arguments that apt knows.
packages_known() {
	local package
	for package; do
		[ -n "$(apt-cache madison "$package" 2>/dev/null)" ] && echo "$package"
	done
}

# Runs a command as root, through sudo where need be.
packages_as_root() {
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

packages_may_install() {
	command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }
}

# Installs its arguments; what apt says goes to standard output.
packages_install() {
	packages_as_root apt-get -o Acquire::Retries=3 update -q &&
		packages_as_root apt-get -o Acquire::Retries=3 install -q -y --no-install-recommends "$@"
}
