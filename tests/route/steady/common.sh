# What the scripts of this folder share: a small company, a reference run, and
# ways to say what went wrong. Source it; it needs DYETRACE and SCRATCH.
set -u
: "${DYETRACE:?the program to test}" "${SCRATCH:?a folder to work in}"
rm -rf "$SCRATCH"
mkdir -p "$SCRATCH"
cd "$SCRATCH" || exit 1
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

# make_company PEOPLE DAYS: a folder `company` and a reference run of it in `reference`
make_company() {
	"$DYETRACE" simulate --seed 7 --people "$1" --days "$2" company >/dev/null || { echo "simulate failed"; exit 1; }
	"$DYETRACE" keys create -c company/dyetrace.yaml >/dev/null
	cp -r company reference
	"$DYETRACE" run --until-end -c reference/dyetrace.yaml >/dev/null 2>log.reference || { cat log.reference; exit 1; }
	reference=$(facts_of reference)
	[ -n "$reference" ] || { echo "the reference run cannot be verified"; exit 1; }
}

# fresh NAME: the company again, with the identities of the reference run, nothing recorded
fresh() {
	rm -rf "$1"
	cp -r company "$1"
	mkdir -p "$1/dyetrace-store"
	cp reference/dyetrace-store/identity.db "$1/dyetrace-store/"
}

# facts_of FOLDER: records, conclusions and both roots, empty unless verify says true
facts_of() {
	"$DYETRACE" verify --json -c "$1/dyetrace.yaml" >"$1.verify" 2>&1 || return 0
	sed -n 's/.*"\(records\|conclusions\)": *\([0-9]*\).*/\2/p; s/.*"\(conclusions_\)\?root": *"\([0-9a-f]*\)".*/\2/p' "$1.verify" | tr '\n' ' '
}

# state_of FOLDER: where its snapshot stands and the digests of what it holds, empty unless the
# ledger's replay gives the same
state_of() {
	"${BUILD:?the build tree}/tests/route/steady/state_equal" "$1/dyetrace-store" "$1/dyetrace.key" >"$1.state" 2>&1 ||
	    { cat "$1.state" >&2; return 0; }
	tail -n 1 "$1.state"
}

# counts_of FOLDER: what became of the positions
counts_of() {
	"$DYETRACE" status --json -c "$1/dyetrace.yaml" 2>/dev/null |
	    sed -n 's/^ *"\(recorded\|quarantined\|filtered\|gaps\|unexplained\)": *\([0-9]*\).*/\1=\2/p' | sort -u | tr '\n' ' '
}
