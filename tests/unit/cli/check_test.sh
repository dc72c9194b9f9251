#!/usr/bin/env bash
# `dyetrace check` on broken settings, mappings, lineages and org charts: each
# mistake with file, line, column and what to do, as NAME.problems says; and
# on what `init` writes, which is good and can be run, asked and verified.
set -u
bad=0
say() { echo "not so: $*"; bad=1; }
rm -rf "${SCRATCH:?}"/*

# Fixtures of settings say no last line: the unit test of settings reads them too.
check_folder() {
	local problems name status
	cd "$1" || exit 1
	for problems in *.problems; do
		name=${problems%.problems}
		"$DYETRACE" check -c "$name.yaml" >"$SCRATCH/out" 2>"$SCRATCH/err"
		status=$?
		[ $status -eq 2 ] || say "$name exits 2 (it exits $status)"
		[ -s "$SCRATCH/err" ] && say "$name says nothing on standard error: $(cat "$SCRATCH/err")"
		tail -1 "$SCRATCH/out" | grep -qE '^[0-9]+ problems? in [0-9]+ files?$' || say "$name ends with a sum"
		head -n -1 "$SCRATCH/out" | diff - <(grep -vE '^[0-9]+ problem' "$problems") ||
			say "$name says what $problems says"
		[ "$("$DYETRACE" check -c "$name.yaml" --json | grep -c '"sentence"')" \
		    -eq "$(grep -cvE '^[0-9]+ problem' "$problems")" ] || say "$name says as much in JSON"
	done
}
check_folder "$SOURCE/tests/fixtures/settings"
check_folder "$SOURCE/tests/fixtures/check"

cd "$SCRATCH" || exit 1
"$DYETRACE" init tracker >/dev/null || say "init works"
cd tracker || exit 1
[ "$("$DYETRACE" check)" = "all good: dyetrace.yaml, dyetrace.key, lineage.yaml, org-chart.csv (1 source)" ] ||
	say "what init writes is good: $("$DYETRACE" check)"
"$DYETRACE" check --print >../printed.yaml || say "check prints the settings in force"
cp ../printed.yaml dyetrace.yaml
"$DYETRACE" check --print | cmp -s - ../printed.yaml || say "what is printed reads back to the same"
"$DYETRACE" run --until-end >../run.out 2>../run.err || say "what init writes can be run: $(cat ../run.err)"
"$DYETRACE" trace T-1004/3 | grep -q sla_breach || say "its events can be asked for"
"$DYETRACE" status --json | grep -q '"quarantined": 0' || say "none of its events is quarantined"
"$DYETRACE" verify >/dev/null || say "its store verifies"

# Keys that others could read are refused, with the remedy; keys that are there stay.
chmod 644 dyetrace.key
"$DYETRACE" check | grep -q 'chmod 600' || say "check says how to mend the key file's mode"
"$DYETRACE" keys create >../out 2>&1 && say "keys that are there are not replaced"
mv dyetrace.key ../old.key
"$DYETRACE" keys create | grep -q 'dyetrace.key is made, mode 0600' || say "keys create makes a key file"
[ "$(stat -c %a dyetrace.key)" = 600 ] || say "of mode 0600"
cmp -s dyetrace.key ../old.key && say "with keys of its own"
exit $bad
