# What the scripts of this folder share. Source it; it needs DYETRACE, SOURCE and SCRATCH.
set -u
: "${DYETRACE:?the program to test}" "${SOURCE:?the source tree}" "${SCRATCH:?a folder to work in}"
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$SCRATCH" && mkdir -p "$SCRATCH" && cd "$SCRATCH" || exit 1
export PYTHONDONTWRITEBYTECODE=1
failures=0

wrong() {
	echo "WRONG: $*"
	failures=$((failures + 1))
}

finish() {
	[ "$failures" = 0 ] || { echo "$failures wrong"; exit 1; }
	echo "all as it should be"
	exit 0
}

# find_data: $data, or the test is skipped
find_data() {
	data=${DYETRACE_DATA:-$SOURCE/../shared/data}
	[ -d "$data" ] || { echo "skipped: no shared data"; exit 77; }
	data=$(cd "$data" && pwd)
}

# example NAME FILE: examples/NAME here, reading FILE (the name behind the last / of its path is kept)
example() {
	cp -r "$SOURCE/examples/$1" .
	rm -rf "$1/dyetrace-store" "$1/dyetrace.key"
	sed -i "s|path: ../../../shared/data/.*|path: $2|" "$1/dyetrace.yaml"
}

# run: until all that is there is read
run() {
	"$DYETRACE" run --until-end >run.out 2>run.err || { wrong "run:"; cat run.out run.err; }
}

# make_adversarial …: what adversarial.py makes of these arguments, here
make_adversarial() {
	python3 "$here/adversarial.py" . "$@" || exit 1
	mkdir tickets bare
}

# run_slices: a run for each slice, with what it brings appended and its lineage in force
run_slices() {
	for slice in slices/*; do
		for file in "$slice"/*/*.jsonl; do
			folder=$(basename "$(dirname "$file")")
			cat "$file" >>"$folder/$(basename "$file")"
		done
		cp "lineage.$(cat "$slice/lineage").yaml" lineage.yaml
		run
	done
}

# export_all: events.jsonl and influences.jsonl
export_all() {
	"$DYETRACE" export --what events >events.jsonl || wrong "export of events"
	"$DYETRACE" export --what influences >influences.jsonl || wrong "export of influences"
}

# equal LEAST: the oracle finds no difference in at least so many events
equal() {
	export_all
	python3 "$here/oracle.py" events.jsonl influences.jsonl --least "$1" || wrong "$(basename "$PWD"): the oracle finds other influences"
}
